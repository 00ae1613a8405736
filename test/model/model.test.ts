import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { checkHistories, type Plan } from './check.ts';
import { createHarness, type Harness, type HarnessOptions } from './harness.ts';
import type { History, Step } from './history.ts';
import { playHistory } from './play.ts';
import { TABLE } from './promise.ts';
import { Violation } from './registry-snapshot.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Given by `npm run model`; absent in the tests. */
    plan?: Plan;
  }
}

/** The tests play about a minute's worth of histories. */
const PLAN: Plan = { histories: 50, seed: 20_261_125 };

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterEach(() => harness.sabotage({}));
afterAll(() => harness.close());

test('S2 S4 S5 H2 H10 C2 C3 T3 T4 T5 X2 X3 X5 in random histories, with events in any order and any faults, the promise is kept', async ({
  annotate,
}) => {
  const plan = inject('plan') ?? PLAN;
  let played = 0;
  const broken = await checkHistories(harness, plan, () => {
    played++;
    // The reporter of `npm run model` draws this number.
    if (inject('plan')) void annotate(String(played), 'played');
  });
  expect(broken, broken).toBeUndefined();
}, 3_600_000);

const SETTINGS: History['settings'] = {
  requireSmsOptIn: true,
  doubleOptIn: 'off',
  requireOptInForOneToOne: false,
  a2pVerified: true,
  confirmOptIns: false,
};
const submits = (form: 'quote' | 'contact'): Step => ({
  do: 'submit',
  who: 'Ana',
  form,
  ticked: false,
  hoursAgo: 0,
  twice: false,
});
const texts = (words: 'STOP' | 'START'): Step => ({ do: 'text', who: 'Ana', words, twice: false });
const drains: Step = { do: 'drain', twice: false, reversed: false, afterAnswer: false };
const CYCLE: Step = { do: 'cycle' };

/** Removes the condition on consent from every transaction of a client. */
function withoutConditions(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
  const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
  const stripped = (command: unknown) => {
    if (!(command instanceof TransactWriteCommand)) return command;
    const items = command.input.TransactItems?.filter(({ ConditionCheck }) => !ConditionCheck);
    return new TransactWriteCommand({ ...command.input, TransactItems: items });
  };
  const unconditional: DynamoDBDocumentClient = Object.create(client);
  return Object.assign(unconditional, { send: (command: unknown) => send(stripped(command)) });
}

/** Submits every text to the carrier twice. */
const sendTwice = (carrier: Carrier): Carrier => ({
  ...carrier,
  send: async (text) => {
    await carrier.send(text);
    return carrier.send(text);
  },
});

/** Answers that a text was accepted, without sending it. */
const sendNothing = (carrier: Carrier): Carrier => ({
  ...carrier,
  send: async () => ({ kind: 'accepted', sid: `SM${'0'.repeat(32)}`, status: 'queued' }),
});

test.each<[string, HarnessOptions, readonly Step[], RegExp]>([
  [
    'a gate that does not condition the send on the consent it decided on',
    { client: withoutConditions },
    [submits('contact'), { do: 'enqueue' }, { ...drains, meanwhile: { at: 2, who: 'Ana' } }],
    /after a later one was recorded/,
  ],
  [
    'a gate that hands every text over twice',
    { carrier: sendTwice },
    [submits('contact'), CYCLE],
    /left twice/,
  ],
  [
    'a text that is recorded as sent and never left',
    { carrier: sendNothing },
    [submits('contact'), CYCLE],
    /not so at Twilio/,
  ],
  [
    'an opt-in that wakes nobody',
    { ignoresStreams: true },
    [submits('quote'), CYCLE, texts('START')],
    /waits with the reason waitingForConsent/,
  ],
  [
    'a table in which a form without a checkbox lifts an opt-out',
    { table: { ...TABLE, impliedForm: ['opted_in', 'opted_in', 'opted_in'] } },
    [{ do: 'optOut', who: 'Ana' }, submits('contact')],
    /The state of …0101 is/,
  ],
])('X5 the model notices %s', async (_, sabotage, steps, says) => {
  const history = { settings: SETTINGS, steps };
  await playHistory(harness, history);
  await harness.sabotage(sabotage);
  const broken = await playHistory(harness, history).catch((error: unknown) => error);
  expect(broken).toBeInstanceOf(Violation);
  expect((broken as Violation).message).toMatch(says);
});
