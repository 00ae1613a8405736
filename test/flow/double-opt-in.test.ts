import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { consentOf, newNumber, putForm, setUp, submission } from './organization.ts';
import { context, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world, { doubleOptIn: 'perNumber' });
});
afterAll(() => world.close());

const ASKS = expect.stringMatching(/^Test Windows would like to text you.*Reply START/s);
const GREETS = expect.stringContaining('thanks for asking Test Windows');

async function newLead(): Promise<string> {
  const number = newNumber();
  await world.submit('contact', submission(number));
  return number;
}

async function enrollmentsOf(number: string): Promise<Record<string, unknown>[]> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  const leads = json['leads'] as { id: string }[];
  const shown = await Promise.all(leads.map(({ id }) => world.admin('GET', `/leads/${id}`)));
  return shown.flatMap(({ json }) => json['enrollments'] as Record<string, unknown>[]);
}

test('C2 C3 C5 the first text to a new lead is the template; the original goes out after START, once', async () => {
  const number = await newLead();
  expect(await consentOf(world, number)).toMatchObject({ optInRequest: 'not_sent' });
  await world.runCycle();
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS]);
  expect(await consentOf(world, number)).toMatchObject({ optInRequest: 'sent', status: 'opted_in' });
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'waiting', reason: 'waitingForStart' }]);
  await world.text(number, 'START');
  expect(await consentOf(world, number)).toMatchObject({ optInRequest: 'accepted' });
  await world.runCycle();
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS, GREETS]);
});

test('C2 one request goes out, however many texts ask for it at once', async () => {
  for (const id of ['welcome-2', 'welcome-3']) {
    const steps = [{ delay: 'PT0S', template: `Hello from ${id}` }];
    await world.admin('PUT', `/automations/${id}`, { id, kind: 'newProspect', name: id, steps });
  }
  await world.admin('PUT', '/forms/many', {
    id: 'many',
    name: 'many',
    disclaimer: 'You agree to texts.',
    automations: ['welcome', 'welcome-2', 'welcome-3'],
  });
  const number = newNumber();
  await world.submit('many', submission(number));
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS]);
  expect(await enrollmentsOf(number)).toHaveLength(3);
  for (const enrollment of await enrollmentsOf(number)) {
    expect(enrollment).toMatchObject({ status: 'waiting', reason: 'waitingForStart' });
  }
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(4);
});

test('C3 C5 STOP rejects the request, and what waited for it is dropped with the reason', async () => {
  const number = await newLead();
  await world.runCycle();
  await world.text(number, 'STOP');
  await world.runCycle();
  expect(await consentOf(world, number)).toMatchObject({ optInRequest: 'rejected', status: 'opted_out' });
  expect(world.textsTo(number)).toEqual([ASKS]);
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  expect(json['messages']).toContainEqual(
    expect.objectContaining({
      status: 'dropped',
      reason: 'optInRequestRejected',
      sentence: expect.stringContaining('the request for START was answered with an opt-out'),
    }),
  );
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS]);
});

test('C3 a request that never reached Twilio is asked about, and sent again by reconcile, once', async () => {
  const number = await newLead();
  world.twilio.setFault({ kind: 'timeoutBeforeAcceptance', to: number, times: 1 });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
  await world.reconcile();
  await world.runCycle();
  await world.runCycle();
  vi.useRealTimers();
  expect(world.textsTo(number)).toEqual([ASKS]);
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS, GREETS]);
});

test('C3 what waits longer than its automation allows is dropped, and START then sends nothing stale', async () => {
  const number = await newLead();
  await world.runCycle();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * 86_400_000 });
  await world.text(number, 'START');
  await world.runCycle();
  vi.useRealTimers();
  expect(world.textsTo(number)).toEqual([ASKS]);
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  expect(json['messages']).toContainEqual(expect.objectContaining({ status: 'dropped', reason: 'tooOld' }));
});

test('C3 X8 what nobody answered is dropped with its reason when its age is over, without any event; not before', async () => {
  const number = await newLead();
  const held = newNumber();
  const path = `/numbers/${encodeURIComponent(held)}`;
  await world.admin('POST', `${path}/messages`, { body: 'Hi, Ada here.' }, '[agent]');
  await world.runCycle();
  const sweepAfter = async (days: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
    await world.handlers.cycle({ sweep: true }, context());
    await world.runCycle();
    vi.useRealTimers();
  };
  const dropped = expect.objectContaining({ direction: 'outbound', status: 'dropped', reason: 'tooOld' });
  const messagesOf = async (whose: string) =>
    (await world.admin('GET', `/numbers/${encodeURIComponent(whose)}/messages`)).json['messages'];
  await sweepAfter(6);
  for (const each of [number, held]) expect(await messagesOf(each)).not.toContainEqual(dropped);
  await sweepAfter(8);
  for (const each of [number, held]) {
    expect(await messagesOf(each)).toContainEqual(dropped);
    expect(world.textsTo(each)).toEqual([ASKS]);
  }
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'completed' }]);
  await world.publishEvents();
  const published = world.eventBridge.events().map(({ detail }) => JSON.stringify(detail));
  for (const each of [number, held]) {
    expect(published.filter((detail) => detail.includes(each) && detail.includes('tooOld'))).toHaveLength(1);
  }
});

test('X4 H3 a lead without consent waits as long as it takes, and no sweep touches it', async () => {
  await world.admin('PUT', '/automations/patient', {
    id: 'patient',
    kind: 'drip',
    name: 'patient',
    steps: [{ delay: 'PT0S', template: 'News' }],
  });
  const { json } = await world.admin('POST', '/leads', { number: newNumber(), automations: ['patient'] });
  const enrollment = async () =>
    ((await world.admin('GET', `/leads/${json['id']}`)).json['enrollments'] as object[])[0];
  await world.runCycle();
  const before = await enrollment();
  expect(before).toMatchObject({ status: 'waiting', reason: 'waitingForConsent' });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 90 * 86_400_000 });
  await world.handlers.cycle({ sweep: true }, context());
  await world.runCycle();
  vi.useRealTimers();
  expect(await enrollment()).toEqual(before);
});

test('C3 words before START do not end the first text: it leaves after START; words after it end what follows', async () => {
  const steps = ['First', 'Second'].map((template, index) => ({ delay: `PT${index}H`, template }));
  await world.admin('PUT', '/automations/drip', { id: 'drip', kind: 'newProspect', name: 'drip', steps });
  await putForm(world, { id: 'drip', disclaimer: 'You agree to texts.', automations: ['drip'] });
  const number = newNumber();
  await world.submit('drip', submission(number));
  await world.runCycle();
  await world.text(number, 'Who is this?');
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'waiting', reason: 'waitingForStart' }]);
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS, expect.stringContaining('First')]);
  await world.text(number, 'Thanks, call me');
  expect(await enrollmentsOf(number)).toMatchObject([{ status: 'stopped', reason: 'replied' }]);
});

test('C2 C3 a request that was not delivered is repeated once, hours later; START releases the text at once', async () => {
  const off = '+17205550192';
  const after = async (hours: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    await world.handlers.cycle({ sweep: true }, context());
    await world.runCycle();
    await world.twilio.settle();
    await world.followChanges();
  };
  await world.submit('contact', submission(off));
  await after(0);
  await after(3);
  expect(world.textsTo(off)).toEqual([ASKS]);
  expect(await enrollmentsOf(off)).toMatchObject([
    { status: 'waiting', sentence: expect.stringContaining('is repeated at') },
  ]);
  await after(2);
  expect(world.textsTo(off)).toEqual([ASKS, ASKS]);
  await after(48);
  expect(world.textsTo(off)).toEqual([ASKS, ASKS]);
  await world.text(off, 'START');
  await world.runCycle();
  vi.useRealTimers();
  expect(world.textsTo(off)).toEqual([ASKS, ASKS, GREETS]);
});

test('C4 C5 S1 per lead, each lead record opts in by itself and shows its status, duplicates with the same number included', async () => {
  await world.admin('PATCH', '/settings', { doubleOptIn: 'perLead' });
  const number = await newLead();
  await world.runCycle();
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS, GREETS]);
  const { json } = await world.admin('POST', '/leads', {
    number,
    details: { firstName: 'Sam' },
    automations: ['welcome'],
  });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS, GREETS, ASKS]);
  const optInRequestStatuses = (await consentOf(world, number))['leadOptInRequests'] as Record<
    string,
    string
  >;
  expect(Object.values(optInRequestStatuses).sort()).toEqual(['accepted', 'sent']);
  expect(optInRequestStatuses[String(json['id'])]).toBe('sent');
  for (const query of [`number=${encodeURIComponent(number)}`, 'limit=100']) {
    const leads = (await world.admin('GET', `/leads?${query}`)).json['leads'] as Record<string, unknown>[];
    const shown = leads.filter((lead) => lead['number'] === number).map(({ consent }) => consent);
    expect(shown).toHaveLength(2);
    expect(shown).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ templateStatus: 'Accepted' }),
        expect.objectContaining({ templateStatus: 'Sent' }),
      ]),
    );
  }
  await world.text(number, 'START');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS, GREETS, ASKS, expect.stringContaining('Hi Sam')]);
  await world.admin('PATCH', '/settings', { doubleOptIn: 'perNumber' });
});

test('B3 with double opt-in the START is what is confirmed, once, and before any other text', async () => {
  await world.admin('PATCH', '/settings', { confirmOptIns: true });
  const number = await newLead();
  await world.runCycle();
  await world.text(number, 'START');
  await world.text(number, 'START');
  await world.runCycle();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6000 });
  await world.runCycle();
  vi.useRealTimers();
  expect(world.textsTo(number)).toEqual([ASKS, expect.stringContaining('you are opted in'), GREETS]);
  await world.admin('PATCH', '/settings', { confirmOptIns: false });
});

test('C2 X1 X7 the request that an agent’s text needs waits while a text that may be an opt-out is undecided', async () => {
  const number = newNumber();
  await world.text(number, 'Wrong number, sorry');
  const path = `/numbers/${encodeURIComponent(number)}`;
  const answer = await world.admin('POST', `${path}/messages`, { body: 'Hi, Ada here.' }, '[agent]');
  expect(answer.json).toMatchObject({
    status: 'held',
    sentence: expect.stringContaining('may be an opt-out'),
  });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  const message = `/messages/${answer.json['id']}`;
  expect(await world.admin('GET', message)).toMatchObject({
    status: 404,
    json: { detail: expect.stringContaining('?number=') },
  });
  const query = `?number=${encodeURIComponent(number)}`;
  const pending = { id: answer.json['id'], status: 'held', sentence: answer.json['sentence'] };
  expect((await world.admin('GET', `${message}${query}`)).json).toMatchObject(pending);
  const why = await world.admin('GET', `${message}/why${query}`);
  expect(why.json).toMatchObject({ ...pending, because: null });
  expect(why.json['trace']).toContainEqual(expect.objectContaining({ rule: 'doubleOptIn' }));
  await world.admin('PATCH', `${path}/conversation`, { decision: 'noOptOut' }, '[agent]');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([ASKS]);
});

test('C5 a request that does not arrive stands as Not Sent, and the next text asks again; a dead number ends what waits', async () => {
  const [off, dead] = ['+13035550192', '+13035550191'];
  for (const number of [off, dead]) await world.submit('contact', submission(number));
  await world.runCycle();
  await world.twilio.settle();
  await world.followChanges();
  for (const number of [off, dead]) {
    expect(await consentOf(world, number)).toMatchObject({
      optInRequest: 'not_sent',
      templateStatus: 'Not Sent',
    });
  }
  await world.runCycle();
  expect(world.textsTo(off)).toEqual([ASKS]);
  expect(await enrollmentsOf(off)).toMatchObject([{ status: 'waiting', reason: 'waitingForStart' }]);
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(dead)}/messages`);
  expect(json['messages']).toContainEqual(
    expect.objectContaining({ status: 'refused', reason: 'numberUnreachable' }),
  );
  await world.admin('POST', `/numbers/${encodeURIComponent(off)}/messages`, { body: 'Hi, Ada here.' });
  await world.drainLanes();
  expect(world.textsTo(off)).toEqual([ASKS, ASKS]);
  await world.twilio.settle();
});

test('B3 a confirmation that Twilio did not take at once still goes ahead of every automated text', async () => {
  await world.admin('PATCH', '/settings', { confirmOptIns: true, doubleOptIn: 'off' });
  const number = newNumber();
  world.twilio.setFault({ kind: 'error', status: 429, to: number, times: 1 });
  await world.submit('contact', submission(number));
  await world.followChanges();
  await world.drainLanes();
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  for (const seconds of [31, 37]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
    await world.runCycle();
  }
  vi.useRealTimers();
  expect(world.textsTo(number)).toEqual([expect.stringContaining('you are opted in'), GREETS]);
  await world.admin('PATCH', '/settings', { confirmOptIns: false, doubleOptIn: 'perNumber' });
});

test('X5 an API key that Twilio no longer takes loses no text: what was due leaves once the key is right', async () => {
  await world.admin('PATCH', '/settings', { doubleOptIn: 'off' });
  const number = await newLead();
  world.twilio.setFault({ kind: 'error', status: 401, to: number, times: 1 });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  // The sender is refused: one text tries again after a quarter of an hour, unless an admin repairs the sender earlier.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 });
  await world.handlers.cycle({ sweep: true });
  await world.runCycle();
  vi.useRealTimers();
  expect(world.textsTo(number)).toEqual([GREETS]);
  await world.admin('PATCH', '/settings', { doubleOptIn: 'perNumber' });
});
