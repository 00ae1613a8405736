import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { findDrift } from '../../functions/reconcile/find-drift.ts';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createConfiguration } from '../../lib/configuration/configuration.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createDriftStore } from '../../lib/drift/drift-store.ts';
import type { LoggedText, TextLog } from '../../lib/drift/text-log.ts';
import { createSenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createSingleTextStore } from '../../lib/single-texts/single-text-store.ts';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, SENDER, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
beforeEach(async () => {
  // The texts of other tests are compared and reported before this test begins.
  await compare();
});
afterEach(() => world.twilio.clearFaults());
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

/** Moves this process's clock forward and leaves it there. Timers keep running. */
function passTime(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
}

interface Report {
  readonly id: string;
  readonly found: number;
  readonly settled: number;
  readonly byDifference: Record<string, number>;
}

/** Lets enough time pass for every webhook to have arrived, and compares. */
async function compare(): Promise<Report> {
  passTime(1900);
  await world.reconcile();
  const { json } = await world.admin('GET', '/drift?limit=1');
  const [report] = json['reports'] as Report[];
  if (!report) throw new Error('Nothing was compared');
  return report;
}

async function findingsOf({ id }: Report): Promise<Record<string, unknown>[]> {
  const { json } = await world.admin('GET', `/drift/${encodeURIComponent(id)}/findings`);
  return json['findings'] as Record<string, unknown>[];
}

async function textedLead(): Promise<string> {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  await world.twilio.settle();
  return number;
}

/** Sends a text that Twilio receives and whose webhook is lost. */
async function sendUnheard(from: string, body: string): Promise<string> {
  world.twilio.setFault({ kind: 'webhookLost', to: from, times: 1 });
  const { messageSid } = await world.twilio.inbound({ from, to: SENDER, body });
  return messageSid;
}

test('X11 where the registry and Twilio agree, the comparison finds nothing', async () => {
  const number = await textedLead();
  await world.text(number, 'STOP');
  await world.text(number, 'START');
  await world.text(number, 'Thanks!');
  const report = await compare();
  expect(report).toMatchObject({ found: 0, settled: 0, byDifference: {} });
});

test('X11 X9 a STOP whose webhook was lost opts out from the moment that Twilio has, and is told once', async () => {
  const number = await textedLead();
  const at = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  const messageSid = await sendUnheard(number, 'STOP');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  const report = await compare();
  expect(report).toMatchObject({ found: 1, settled: 1, byDifference: { stopMissed: 1 } });
  expect(await findingsOf(report)).toMatchObject([
    { difference: 'stopMissed', number, messageSid, settled: true, occurredAt: at },
  ]);
  expect(await consentOf(world, number)).toMatchObject({
    status: 'opted_out',
    carrierBlocked: true,
    lastOptOutAt: at,
  });
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  expect((json['events'] as unknown[]).at(-1)).toMatchObject({
    kind: 'optOut',
    evidence: { source: 'handset', messageSid, to: SENDER, wordsSent: 'STOP', carrierActs: true },
  });
  // Twilio delivers the text after all, and the next comparison overlaps this one: there is still one event and one finding.
  await world.twilio.redeliver(messageSid);
  expect(await consentOf(world, number)).toMatchObject({ version: 2 });
  expect(await compare()).toMatchObject({ found: 0 });
});

test('X11 X3 a lost STOP of someone who opted in again since is kept in the ledger and changes nothing', async () => {
  const number = await textedLead();
  await sendUnheard(number, 'STOP');
  passTime(60);
  await world.text(number, 'START');
  const report = await compare();
  expect(await findingsOf(report)).toMatchObject([{ difference: 'stopMissed', settled: true }]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test('X11 a lost START is told and never recorded: the stricter side', async () => {
  const number = await textedLead();
  await world.text(number, 'STOP');
  await sendUnheard(number, 'START');
  const report = await compare();
  expect(await findingsOf(report)).toMatchObject([{ difference: 'startMissed', number, settled: false }]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test.each(['START', 'ROOF'])(
  'X3 X13 X11 "%s" that Twilio delivers after a later opt-out lifts nothing for long: texts wait, and the comparison opts out again',
  async (words) => {
    await world.admin('PUT', '/keywords/ROOF', {});
    for (const out of ['please stop texting me', 'by an agent']) {
      const number = await textedLead();
      const sid = await sendUnheard(number, words);
      passTime(2);
      if (out === 'by an agent') await world.admin('POST', `/numbers/${encodeURIComponent(number)}/opt-out`);
      else await world.text(number, out);
      passTime(10);
      expect((await world.twilio.redeliver(sid)).status).toBe(200);
      await world.admin('POST', '/leads', { number, automations: ['welcome'] });
      const before = world.textsTo(number).length;
      await world.runCycle();
      expect(
        world
          .textsTo(number)
          .slice(before)
          .filter((text) => !text.includes('opted out')),
      ).toEqual([]);
      const report = await compare();
      expect(await findingsOf(report)).toMatchObject([{ difference: 'startOutOfOrder', settled: true }]);
      expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
      await world.runCycle();
      expect(
        world
          .textsTo(number)
          .slice(before)
          .filter((text) => !text.includes('opted out')),
      ).toEqual([]);
      await compare();
      const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
      expect(json['verified']).toBe(true);
      expect((json['events'] as { kind: string }[]).slice(-3).map(({ kind }) => kind)).toEqual([
        'optOut',
        words === 'START' ? 'handsetStart' : 'handsetKeyword',
        'optOut',
      ]);
    }
  },
);

test('X3 H10 a START that the person did send after an opt-out in own words waits for the comparison, and then its texts leave', async () => {
  const number = await textedLead();
  await world.text(number, 'please stop texting me');
  passTime(60);
  await world.text(number, 'START');
  await world.admin('POST', '/leads', { number, automations: ['welcome'] });
  const before = world.textsTo(number).length;
  await world.runCycle();
  expect(world.textsTo(number).length).toBe(before);
  expect(await compare()).toMatchObject({ found: 0 });
  await world.runCycle();
  expect(world.textsTo(number).slice(before)).toHaveLength(1);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test('X11 a lost reply stands in its conversation after the comparison', async () => {
  const number = await textedLead();
  await sendUnheard(number, 'Can you come on Friday?');
  const report = await compare();
  expect(report).toMatchObject({ byDifference: { textMissed: 1 }, settled: 1 });
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  expect((json['messages'] as unknown[])[0]).toMatchObject({
    direction: 'inbound',
    body: 'Can you come on Friday?',
  });
});

test('X11 X7 a lost revocation in own words opts out, and a doubtful one waits for a decision', async () => {
  const [clear, doubtful] = [await textedLead(), await textedLead()];
  await sendUnheard(clear, 'please stop texting me');
  await sendUnheard(doubtful, 'wrong number');
  expect(await compare()).toMatchObject({ byDifference: { stopMissed: 1, textMissed: 1 }, settled: 2 });
  expect(await consentOf(world, clear)).toMatchObject({ status: 'opted_out', carrierBlocked: false });
  const path = `/numbers/${encodeURIComponent(doubtful)}/conversation`;
  expect((await world.admin('GET', path)).json).toMatchObject({
    conversation: { review: { rule: 'en-wrong-number' } },
  });
});

test('X11 X9 an opt-out that only Twilio knows of, from an error on a text, is recorded with that text', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to: number });
  await world.runCycle();
  await world.twilio.settle();
  const text = world.twilio.messages().find(({ to }) => to === number);
  Object.assign(text ?? {}, { status: 'failed', errorCode: 21610 });
  const report = await compare();
  expect(report).toMatchObject({ byDifference: { optOutUnknown: 1, callbackMissed: 1 }, settled: 2 });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
});

test('X11 a callback that never came is made up for', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to: number });
  await world.runCycle();
  await world.twilio.settle();
  const report = await compare();
  expect(await findingsOf(report)).toMatchObject([{ difference: 'callbackMissed', number, settled: true }]);
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  expect((json['messages'] as unknown[])[0]).toMatchObject({ status: 'delivered' });
});

test('X11 a text that we did not send, and one that Twilio no longer knows, are told to a person', async () => {
  const stranger = newNumber();
  await world.text(stranger, 'Please stop');
  // sendgate confirms the opt-out, which is a text of ours.
  await world.runCycle();
  await world.twilio.settle();
  const carrier = createTwilioCarrier({
    credentials: {
      accountSid: `AC${'0'.repeat(32)}`,
      apiKeySid: `SK${'0'.repeat(32)}`,
      apiKeySecret: 'local-secret',
    },
    sender: SENDER,
    baseUrl: world.twilio.url,
  });
  const statusCallback = 'https://elsewhere.example/status';
  world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to: stranger });
  await carrier.send({ to: stranger, body: 'Buy now!', statusCallback });
  const number = await textedLead();
  world.twilio.removeText(world.twilio.messages().find(({ to }) => to === number)?.sid ?? '');
  const report = await compare();
  expect(report).toMatchObject({
    found: 2,
    settled: 0,
    byDifference: { textNotOurs: 1, textNotAtTwilio: 1 },
  });
  const findings = await findingsOf(report);
  expect(findings.find(({ difference }) => difference === 'textNotOurs')).toMatchObject({
    number: stranger,
    sentence: expect.stringContaining('They had opted out.'),
  });
  expect(findings.find(({ difference }) => difference === 'textNotAtTwilio')).toMatchObject({ number });
});

/** Compares the real tables with a list of Twilio's that is split into pages. */
function comparison(
  pages: readonly LoggedText[][],
  fault?: (cursor: string | undefined) => Error | undefined,
) {
  const { client, outreachTable, consentTable, configurationTable } = world.tables;
  const now = () => new Date();
  const deps = { client, table: outreachTable, now };
  const asked: (string | undefined)[] = [];
  const log: TextLog = {
    page: async (_, cursor) => {
      asked.push(cursor);
      const error = fault?.(cursor);
      if (error) throw error;
      const index = Number(cursor ?? 0);
      return {
        texts: pages[index] ?? [],
        next: index + 1 < pages.length ? String(index + 1) : undefined,
      };
    },
    has: async () => true,
    timeOf: async () => undefined,
  };
  const run = (turns: number) =>
    findDrift(
      {
        log,
        now,
        configuration: createConfiguration({ ...deps, table: configurationTable, organization: 'Test' }),
        registry: createConsentRegistry({ client, table: consentTable, now }),
        messages: createMessageStore(deps),
        conversations: createConversationStore(deps),
        leads: createLeadStore(deps),
        senderRefusals: createSenderRefusalStore(deps),
        onCampaignBlocked: () => {},
        enrollments: createEnrollmentStore(deps),
        singleTexts: createSingleTextStore(deps),
        drift: createDriftStore(deps),
      },
      () => turns-- > 0,
    );
  return { run, asked };
}

function stopFrom(number: string): LoggedText {
  const sid = `SM${number.slice(1).padStart(32, '0')}`;
  const at = new Date(Date.now() - 600_000).toISOString();
  return { sid, direction: 'inbound', number, sender: SENDER, body: 'STOP', status: 'received', at };
}

test('X11 a comparison that runs out of time goes on where it was, and ends in one report', async () => {
  passTime(1900);
  const numbers = [newNumber(), newNumber(), newNumber()];
  const { run, asked } = comparison(numbers.map((number) => [stopFrom(number)]));
  expect(await run(1)).toBeUndefined();
  expect(await run(1)).toBeUndefined();
  const report = await run(9);
  expect(asked).toEqual([undefined, '1', '2']);
  expect(report).toMatchObject({ found: 3, settled: 3, byDifference: { stopMissed: 3 } });
  for (const number of numbers) {
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  }
  expect(await run(9)).toBeUndefined();
});

test('X11 a page that Twilio forgot is asked for from the beginning; an outage loses nothing', async () => {
  passTime(1900);
  const [first, second] = [newNumber(), newNumber()];
  let isDown = true;
  const stale = () => Object.assign(new Error('No such page'), { status: 404 });
  const { run, asked } = comparison([[stopFrom(first)], [stopFrom(second)]], (cursor) => {
    if (cursor === '1' && asked.length === 2) return stale();
    if (cursor === '1' && isDown) return Object.assign(new Error('Busy'), { status: 503 });
    return undefined;
  });
  await expect(run(9)).rejects.toThrow('Busy');
  isDown = false;
  expect(await run(9)).toMatchObject({ found: 2, byDifference: { stopMissed: 2 } });
  expect(await consentOf(world, second)).toMatchObject({ status: 'opted_out' });
});

test('X11 one text that cannot be compared keeps no other from it, and the alarm rings', async () => {
  passTime(1900);
  const number = newNumber();
  const odd = { ...stopFrom(newNumber()), body: undefined as unknown as string };
  const { run } = comparison([[odd, stopFrom(number)]]);
  await expect(run(9)).rejects.toThrow('Not every text could be compared');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test('X11 reports are paged, newest first, and for admins', async () => {
  await compare();
  const first = (await world.admin('GET', '/drift?limit=1')).json;
  const second = (await world.admin('GET', `/drift?limit=1&cursor=${String(first['next'])}`)).json;
  const [newest] = first['reports'] as Report[];
  const [older] = second['reports'] as Report[];
  expect(String(newest?.id) > String(older?.id)).toBe(true);
  expect((await world.admin('GET', '/drift?cursor=nonsense')).status).toBe(422);
  expect((await world.admin('GET', '/drift', undefined, '[agent]')).status).toBe(403);
});
