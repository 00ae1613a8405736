import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const enter = (number: string, action: 'opt-in' | 'opt-out', body?: unknown, groups = '[agent]') =>
  world.admin('POST', `/numbers/${encodeURIComponent(number)}/${action}`, body, groups);

const PAPER = {
  method: 'on paper',
  date: '2026-05-01T10:00:00+02:00',
  proof: 'scan 7 in the file share',
  wording: 'I agree to get recurring texts from Test Windows.',
};
const fieldsOf = (json: Record<string, unknown>) =>
  (json['errors'] as { field: string }[]).map(({ field }) => field);

test('S6 S3 a manual opt-in is recorded with who, when, how, proof and wording, and waiting texts leave', async () => {
  const number = newNumber();
  await world.admin('POST', '/leads', { number, automations: ['welcome'] });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  const answer = await enter(number, 'opt-in', PAPER);
  expect(answer).toMatchObject({ status: 200, json: { outcome: 'changed', consent: { smsOptedIn: true } } });
  expect(answer.json['event']).toMatchObject({
    kind: 'manualOptIn',
    occurredAt: '2026-05-01T08:00:00.000Z',
    evidence: {
      source: 'manual',
      actor: 'ada',
      method: PAPER.method,
      proof: PAPER.proof,
      wordsShown: PAPER.wording,
    },
  });
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  // An agent who enters the same paper twice records one event.
  expect(await enter(number, 'opt-in', PAPER)).toMatchObject({ json: { outcome: 'unchanged' } });
  expect(await consentOf(world, number)).toMatchObject({ version: 1 });
});

test('S6 a manual opt-in without proof, method, date or wording is refused, and each missing field is named', async () => {
  const number = newNumber();
  for (const field of ['method', 'date', 'proof', 'wording'] as const) {
    const { [field]: _, ...rest } = PAPER;
    for (const body of [rest, { ...rest, [field]: '  ' }]) {
      const answer = await enter(number, 'opt-in', body);
      expect(answer.status).toBe(422);
      expect(fieldsOf(answer.json)).toEqual([field]);
    }
  }
  expect(fieldsOf((await enter(number, 'opt-in', {})).json)).toEqual(['method', 'date', 'proof', 'wording']);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  expect(fieldsOf((await enter(number, 'opt-in', { ...PAPER, date: tomorrow })).json)).toEqual(['date']);
  expect(await consentOf(world, number)).toMatchObject({ version: 0, status: 'none' });
});

test('S6 no code path records an undocumented opt-in of this kind: the registry itself refuses it', async () => {
  const { client, consentTable: table } = world.tables;
  const registry = createConsentRegistry({ client, table, now: () => new Date() });
  const number = newNumber();
  const given = {
    number,
    kind: 'manualOptIn',
    occurredAt: '2026-05-01T00:00:00.000Z',
    sourceId: 'x',
  } as const;
  const evidence = { source: 'manual', actor: 'ada', method: 'phone', wordsShown: 'May we?' } as const;
  await expect(registry.record({ ...given, evidence })).rejects.toThrow('S6');
  await expect(registry.record({ ...given, evidence: { ...evidence, proof: ' ' } })).rejects.toThrow('S6');
  expect(await registry.events(number)).toEqual([]);
});

test('S6 S4 a manual opt-out needs nothing, holds at once and says who did it; an older paper does not lift it', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.followChanges();
  await world.enqueueDue();
  const out = await enter(number, 'opt-out');
  expect(out).toMatchObject({
    status: 200,
    json: {
      outcome: 'changed',
      consent: { status: 'opted_out', smsOptedIn: false, carrierBlocked: false },
    },
  });
  expect(out.json['event']).toMatchObject({ evidence: { source: 'manual', actor: 'ada' } });
  // The text was in the queue before the opt-out.
  await world.drainLanes();
  expect(world.textsTo(number)).toEqual([]);

  const late = await enter(number, 'opt-in', PAPER);
  expect(late).toMatchObject({ status: 200, json: { outcome: 'late', consent: { status: 'opted_out' } } });
  expect(late.json['sentence']).toMatch(/changes nothing: the person opted out later/);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', version: 3 });
  const today = await enter(number, 'opt-in', { ...PAPER, date: new Date().toISOString() });
  expect(today).toMatchObject({ json: { outcome: 'changed', consent: { status: 'opted_in' } } });
});

test('S6 X9 a manual opt-in after a STOP says that Twilio still blocks the number', async () => {
  await world.admin('PATCH', '/settings', { reOptIn: 'web' });
  const number = newNumber();
  await world.text(number, 'STOP');
  const answer = await enter(number, 'opt-in', { ...PAPER, date: new Date().toISOString() });
  await world.admin('PATCH', '/settings', { reOptIn: 'handset' });
  expect(answer.json).toMatchObject({ outcome: 'changed', consent: { carrierBlocked: true } });
  expect(answer.json['sentence']).toContain('must text START');
});

test('X10 a number’s consent as of a moment comes with the event and the exact words it stood under', async () => {
  const number = newNumber();
  const before = new Date().toISOString();
  await world.submit('contact', submission(number));
  const path = `/numbers/${encodeURIComponent(number)}/consent`;
  const between = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await world.text(number, 'STOP');
  const at = (moment: string) => world.admin('GET', `${path}?at=${encodeURIComponent(moment)}`);
  const nothing = await at(before);
  expect(nothing.json).toMatchObject({ known: { status: 'none', smsOptedIn: false } });
  expect(nothing.json['known']).not.toHaveProperty('because');
  expect((await at(between)).json).toMatchObject({
    at: between,
    known: {
      status: 'opted_in',
      because: { kind: 'impliedForm', sequence: 1 },
      words: 'By submitting you agree to get recurring automated texts from Test Windows.',
    },
  });
  const now = await at(new Date().toISOString());
  expect(now.json).toMatchObject({ known: { status: 'opted_out', words: 'STOP' } });
  expect((await at('yesterday')).status).toBe(422);
});
