import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { METRICS } from '../../lib/telemetry/metrics.ts';
import { countsIn, type Line } from '../setup/lines.ts';
import { CHECKBOX_WORDS, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

const output = await vi.hoisted(async () => (await import('../setup/lines.ts')).collectLines());
const ANSWER = 'Tuesday suits me, says Dana';
const agreed = newNumber();
const silent = newNumber();
const posted = { ...submission(agreed, { smsConsent: 'on' }), submissionId: `+1${'3035550199'}` };
let world: World;
let logged: Line[];
let counts: Record<string, number>;

beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  await world.submit('quote', posted);
  await world.submit('quote', posted);
  await world.submit('quote', submission(silent));
  await world.runCycle();
  await vi.waitFor(async () => {
    const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(agreed)}/messages`);
    expect(json['messages']).toMatchObject([{ status: 'delivered' }]);
  }, 5000);
  await world.text(agreed, ANSWER);
  await world.text(agreed, 'STOP');
  await world.followChanges();
  await world.admin('POST', `/numbers/${encodeURIComponent(agreed)}/messages`, { body: 'Thanks, says Ada' });
  await world.drainLanes();
  await world.handlers.gate({ Records: [{ messageId: '1', body: `{"number":"${agreed}"}` }] } as never);
  await world.handlers.cycle({ sweep: true }, { getRemainingTimeInMillis: () => 60_000 } as never);
  logged = output.logged();
  counts = countsIn(output.metrics());
});
afterAll(() => world.close());

const saying = (message: string) => logged.filter((line) => line['message'] === message);

test('one id leads from a form to the delivery of its text', () => {
  const [taken] = saying('A submission was taken');
  const leadId = String(taken?.['leadId']);
  expect(leadId).toMatch(/^[0-9a-f-]{36}$/);
  const { submission: id } = taken as { submission: string };
  expect(saying('A submission came again')).toMatchObject([{ submission: id }]);
  expect(saying('Consent changed')).toContainEqual(
    expect.objectContaining({ submission: id, kind: 'explicitWeb', before: 'none', after: 'opted_in' }),
  );
  const messageId = `${leadId}.welcome.0`;
  expect(saying('A text was decided').filter((line) => line['messageId'] === messageId)).toMatchObject([
    { outcome: 'sent' },
  ]);
  const news = saying('News of a text').filter((line) => line['messageId'] === messageId);
  expect(news.map(({ status }) => status)).toContain('delivered');
  expect(news[0]?.['messageSid']).toMatch(/^SM[0-9a-f]{32}$/);
});

test('a text that waits is logged with its reason, and an opt-out with the text that it came by', () => {
  expect(saying('A text was decided')).toContainEqual(
    expect.objectContaining({ outcome: 'held', reason: 'waitingForConsent' }),
  );
  const [stop] = saying('A text was received').filter(({ intent }) => intent === 'stop');
  expect(saying('Consent changed')).toContainEqual(
    expect.objectContaining({ messageSid: stop?.['messageSid'], after: 'opted_out' }),
  );
  expect(saying('A due text goes back to the queue')).toHaveLength(1);
});

test('no line holds a number, a body, words of a person or a secret', () => {
  expect(logged.length).toBeGreaterThan(8);
  const whole = output.lines.join('\n');
  const secrets = ['local-secret', 'local-auth-token'];
  const words = [ANSWER, 'says Ada', 'Dana', 'thanks for asking', CHECKBOX_WORDS.slice(0, 20), '203.0.113.9'];
  for (const hidden of [agreed.slice(1), silent.slice(1), '3035550199', ...words, ...secrets]) {
    expect(whole).not.toContain(hidden);
  }
  // Digits in the length of a phone number can only be a time, an amount or part of an id of Twilio's or ours.
  const loose = logged.map(({ timestamp: _, ...line }) => JSON.stringify(line)).join('\n');
  expect(loose.match(/"\+?1?\d{10}"/g)).toBeNull();
});

test('every metric that is written out is in the catalogue, and those of the dashboard come', () => {
  const known = new Set<string>(Object.values(METRICS).flat());
  const names = Object.keys(counts);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  for (const name of [
    'textSent',
    'textHeld',
    'heldWaitingForConsent',
    'optInForm',
    'optOutHandset',
    'oldestDueSeconds',
    'cycleMilliseconds',
    'callbackApplied',
    'inboundStop',
    'submissionAccepted',
  ]) {
    expect(names, name).toContain(name);
  }
});
