import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createSenderRefusalStore, isOpenRefusal } from '../../lib/gate/sender-refusal.ts';
import { countsIn } from '../setup/lines.ts';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

const output = await vi.hoisted(async () => (await import('../setup/lines.ts')).collectLines());

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world, { doubleOptIn: 'off' });
});
beforeEach(async () => {
  output.clear();
  // Beyond the texts that were on their way when the last refusal was recorded.
  passTime(90);
  await release();
  passTime(1);
});
afterEach(async () => {
  world.twilio.clearFaults();
  await world.twilio.settle();
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

function passTime(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
}

/** Says as an admin that the sender is in order. */
async function release(): Promise<void> {
  await world.admin('PATCH', '/settings', { a2pVerified: true });
}

async function isRefused(): Promise<boolean> {
  const { client, outreachTable: table } = world.tables;
  const refusal = await createSenderRefusalStore({ client, table, now: () => new Date() }).get();
  const { json } = await world.admin('GET', '/settings');
  return refusal !== undefined && isOpenRefusal(refusal, json['senderClearedAt'] as string | undefined);
}

async function optedIn(): Promise<string> {
  const number = newNumber();
  await world.submit('quote', submission(number, { smsConsent: true }));
  return number;
}

async function statusOf(number: string): Promise<Record<string, unknown>> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  const [lead] = json['leads'] as { id: string; unreachable?: unknown }[];
  const found = await world.admin('GET', `/leads/${lead?.id}`);
  return found.json;
}

/** Lets an error reach us by one of the four ways. */
const WAYS = {
  answer: async (to: string, code: number) => {
    world.twilio.setFault({ kind: 'refused', to, status: 400, code, times: 1 });
    await world.runCycle();
  },
  callback: async (to: string, errorCode: number) => {
    world.twilio.setFault({ kind: 'undelivered', to, errorCode, times: 1 });
    await world.runCycle();
    await world.twilio.settle();
  },
  reconcile: async (to: string, errorCode: number) => {
    world.twilio.setFault({ kind: 'undelivered', to, errorCode, times: 1 });
    world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to, times: 1 });
    world.twilio.setFault({ kind: 'timeoutAfterAcceptance', to, times: 1 });
    await world.runCycle();
    await world.twilio.settle();
    passTime(700);
    await world.reconcile();
  },
  comparison: async (to: string, errorCode: number) => {
    world.twilio.setFault({ kind: 'undelivered', to, errorCode, times: 1 });
    world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to, times: 1 });
    await world.runCycle();
    await world.twilio.settle();
    passTime(1900);
    await world.reconcile();
  },
} as const;

const OPT_OUT = { status: 'opted_out', isDead: false, refused: false };
const DEAD = { status: 'opted_in', isDead: true, refused: false };
const REFUSED = { status: 'opted_in', isDead: false, refused: true };
const NOTHING = { status: 'opted_in', isDead: false, refused: false };
const CONSEQUENCES = [
  [21610, OPT_OUT],
  [30004, OPT_OUT],
  [63014, OPT_OUT],
  [21211, DEAD],
  [21614, DEAD],
  [30005, DEAD],
  [30006, DEAD],
  [20003, REFUSED],
  [20005, REFUSED],
  [21606, REFUSED],
  [21659, REFUSED],
  [21703, REFUSED],
  [21704, REFUSED],
  [21705, REFUSED],
  [30002, REFUSED],
  [30007, REFUSED],
  [30022, REFUSED],
  [30023, REFUSED],
  [30032, REFUSED],
  [30034, REFUSED],
  [90010, REFUSED],
  [21408, NOTHING],
  [30003, NOTHING],
  [39999, NOTHING],
] as const;
const TABLE = CONSEQUENCES.flatMap(([code, consequence]) =>
  (Object.keys(WAYS) as (keyof typeof WAYS)[]).map((way) => [code, way, consequence] as const),
);

test.each(TABLE)('X16 X9 error %d by %s has its one consequence', async (code, way, expected) => {
  const number = await optedIn();
  passTime(2);
  await WAYS[way](number, code);
  const { status } = await consentOf(world, number);
  const { unreachable } = await statusOf(number);
  expect({ status, isDead: unreachable !== undefined, refused: await isRefused() }).toEqual(expected);
  const rung = Object.keys(countsIn(output.metrics())).filter((name) => name.endsWith('CampaignBlocked'));
  const isHeld = way === 'answer' && (code === 21408 || code === 39999);
  expect(rung).toHaveLength(expected.refused || isHeld ? 1 : 0);
});

test('X16 a refusal of the sender burns no due text: all wait, none tries in vain, and all leave once after the repair', async () => {
  const numbers = await Promise.all(Array.from({ length: 5 }, optedIn));
  world.twilio.setFault({ kind: 'refused', status: 400, code: 21704 });
  await world.runCycle();
  const late = await optedIn();
  const struck = world.twilio.faultsStruck();
  passTime(120);
  await world.runCycle();
  // While the refusal is known, nothing is tried.
  expect(world.twilio.faultsStruck()).toBe(struck);
  world.twilio.clearFaults();
  passTime(7200);
  const { status } = await world.admin('POST', '/sender/repair', {});
  expect(status).toBe(200);
  await world.runCycle();
  await world.runCycle();
  for (const number of [...numbers, late]) expect(world.textsTo(number)).toHaveLength(1);
});

test('X16 X5 without any admin one text tries again after a pause, and once it is taken the others follow', async () => {
  const numbers = await Promise.all(Array.from({ length: 4 }, optedIn));
  world.twilio.setFault({ kind: 'refused', status: 401, code: 20003 });
  await world.runCycle();
  passTime(16 * 60);
  await world.handlers.cycle({ sweep: true });
  const struck = world.twilio.faultsStruck();
  await world.runCycle();
  // One try, however many wait.
  expect(world.twilio.faultsStruck()).toBe(struck + 1);
  world.twilio.clearFaults();
  for (let round = 0; round < 4; round++) {
    passTime(36 * 60);
    await world.handlers.cycle({ sweep: true });
    await world.runCycle();
    await world.twilio.settle();
  }
  for (const number of numbers) expect(world.textsTo(number)).toHaveLength(1);
  expect(await isRefused()).toBe(false);
});

test('X16 C8 news that carriers refuse the sender holds the next texts; one tries again, and only its delivery releases them', async () => {
  const first = await optedIn();
  await WAYS.callback(first, 30034);
  expect(await isRefused()).toBe(true);
  const next = await optedIn();
  await world.runCycle();
  expect(world.textsTo(next)).toEqual([]);
  const agents = await world.admin('POST', `/numbers/${encodeURIComponent(next)}/messages`, {
    body: 'Hello from Ada',
  });
  expect(agents).toMatchObject({ status: 409, json: { code: 'senderRefused' } });
  // The first try is refused by news again, which makes the pause longer.
  passTime(22 * 60);
  world.twilio.setFault({ kind: 'undelivered', errorCode: 30034, times: 1 });
  const third = await optedIn();
  await world.handlers.cycle({ sweep: true });
  await world.runCycle();
  await world.twilio.settle();
  expect([...world.textsTo(next), ...world.textsTo(third)]).toHaveLength(1);
  expect(await isRefused()).toBe(true);
  passTime(36 * 60);
  await world.handlers.cycle({ sweep: true });
  await world.runCycle();
  await world.twilio.settle();
  expect(world.textsTo(next).length + world.textsTo(third).length).toBe(2);
  expect(await isRefused()).toBe(false);
});

test('X3 late and doubled news of a text from before the repair holds nothing again', async () => {
  const number = await optedIn();
  await WAYS.callback(number, 30007);
  passTime(60);
  await release();
  const text = world.twilio
    .messages()
    .find(({ to, direction }) => to === number && direction === 'outbound-api');
  const url = new URL(text?.statusCallback ?? '');
  const fields = { MessageSid: text?.sid ?? '', MessageStatus: 'undelivered', ErrorCode: '30007' };
  await world.twilio.callback(`${url.pathname}${url.search}`, fields);
  expect(await isRefused()).toBe(false);
});
