import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  await putForm(world, {
    id: 'full',
    disclaimer: 'You agree to texts.',
    automations: ['welcome', 'follow-up'],
  });
});
afterAll(() => world.close());

async function leadOf(number: string): Promise<string> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  return (json['leads'] as { id: string }[])[0]?.id ?? '';
}

test('B2 T3 a lead’s new number starts with nothing and must opt in; the old one’s opt-in is no longer the lead’s', async () => {
  const [before, after] = [newNumber(), newNumber()];
  await world.submit('full', submission(before));
  const id = await leadOf(before);
  const changed = await world.admin('PATCH', `/leads/${id}`, { number: after });
  expect(changed.json).toMatchObject({ number: after, consent: { status: 'none', smsOptedIn: false } });
  await world.runCycle();
  expect(world.textsTo(before)).toEqual([]);
  expect(world.textsTo(after)).toEqual([]);
  expect(await leadOf(before)).toBe('');
  expect((await consentOf(world, before))['leads']).toEqual([]);
  expect(await consentOf(world, before)).toMatchObject({ status: 'opted_in' });
  await world.text(after, 'START');
  await world.runCycle();
  expect(world.textsTo(after)).toEqual([expect.stringContaining('thanks for asking')]);
});

test('T3 the opt-in of the old number remains for another lead that has it', async () => {
  const [shared, other] = [newNumber(), newNumber()];
  await world.submit('contact', submission(shared));
  const first = await leadOf(shared);
  const { json } = await world.admin('POST', '/leads', {
    number: shared,
    details: { firstName: 'Sam' },
    automations: ['welcome'],
  });
  await world.admin('PATCH', `/leads/${first}`, { number: other });
  await world.runCycle();
  expect(world.textsTo(shared)).toEqual([expect.stringContaining('Hi Sam')]);
  expect(world.textsTo(other)).toEqual([]);
  expect((await consentOf(world, shared))['leads']).toEqual([json['id']]);
});

test('B2 a submission with the old number is a new lead, and one with the new number is the same', async () => {
  const [before, after] = [newNumber(), newNumber()];
  await world.submit('contact', submission(before));
  const id = await leadOf(before);
  await world.admin('PATCH', `/leads/${id}`, { number: after });
  await world.submit('contact', submission(before));
  expect(await leadOf(before)).not.toBe(id);
  await world.submit('contact', submission(after, { firstName: 'Dan' }));
  expect(await leadOf(after)).toBe(id);
  expect((await world.admin('GET', `/leads/${id}`)).json['details']).toMatchObject({ firstName: 'Dan' });
});

test('T3 a step that is already queued for the old number is not sent to it, nor to the new one without consent', async () => {
  const [before, after] = [newNumber(), newNumber()];
  await world.submit('contact', submission(before));
  await world.enqueueDue();
  await world.admin('PATCH', `/leads/${await leadOf(before)}`, { number: after });
  await world.drainLanes();
  await world.runCycle();
  expect(world.textsTo(before)).toEqual([]);
  expect(world.textsTo(after)).toEqual([]);
});

test('T3 B2 a text that an agent wrote for a lead never goes to a number that the lead has left: held or queued, it is refused with the reason', async () => {
  await world.admin('PATCH', '/settings', { doubleOptIn: 'perNumber' });
  const [held, queued, after] = [newNumber(), newNumber(), newNumber()];
  const pathOf = (number: string) => `/numbers/${encodeURIComponent(number)}/messages`;
  const say = async (number: string) => {
    const { json } = await world.admin('POST', '/leads', { number, details: { firstName: 'Dana' } });
    const leadId = String(json['id']);
    const said = await world.admin('POST', pathOf(number), { body: 'Your gate code is 4411.', leadId });
    expect(said.status).toBe(202);
    return leadId;
  };
  const heldFor = await say(held);
  await world.drainLanes();
  await world.admin('PATCH', '/settings', { doubleOptIn: 'off' });
  const queuedFor = await say(queued);
  for (const id of [heldFor, queuedFor]) await world.admin('PATCH', `/leads/${id}`, { number: after });
  // Who has the number now answers the request that was sent to it.
  await world.text(held, 'START');
  await world.runCycle();
  await world.runCycle();
  for (const number of [held, queued]) {
    expect(world.textsTo(number).filter((words) => words.includes('4411'))).toEqual([]);
    const { messages, pending } = (await world.admin('GET', pathOf(number))).json;
    expect(pending).toEqual([]);
    expect(messages).toContainEqual(
      expect.objectContaining({ purpose: 'agent', status: 'refused', reason: 'numberChanged' }),
    );
  }
  expect(world.textsTo(after)).toEqual([]);
});
