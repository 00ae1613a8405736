import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { check, type Plan } from './check.ts';
import { createHarness, type Harness, type HarnessOptions } from './harness.ts';
import type { History, Step } from './history.ts';
import { play } from './play.ts';
import { TABLE } from './promise.ts';
import { Violation } from './registry-snapshot.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What `npm run model` asks for; absent in the tests. */
    plan?: Plan;
  }
}

/** What the tests play: about a minute's worth. */
const PLAN: Plan = { histories: 50, seed: 20_261_125 };

let rig: Harness;
beforeAll(async () => {
  rig = await createHarness();
});
afterEach(() => rig.sabotage({}));
afterAll(() => rig.close());

test('S2 S4 S5 H2 H10 C2 C3 T3 T4 T5 X2 X3 X5 whatever happens, in whatever order and with whatever faults, the promise is kept', async ({
  annotate,
}) => {
  const plan = inject('plan') ?? PLAN;
  let played = 0;
  const broken = await check(rig, plan, () => {
    played++;
    // For the reporter of `npm run model`, which draws it.
    if (inject('plan')) void annotate(String(played), 'played');
  });
  expect(broken, broken).toBeUndefined();
}, 3_600_000);

const RULES: History['rules'] = {
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
const drains: Step = { do: 'drain', twice: false, reversed: false, answered: false };
const CYCLE: Step = { do: 'cycle' };

/** A client that decides on consent and does not look whether it still stands. */
function careless(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
  const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
  const checked = (command: unknown) => {
    if (!(command instanceof TransactWriteCommand)) return command;
    const items = command.input.TransactItems?.filter(({ ConditionCheck }) => !ConditionCheck);
    return new TransactWriteCommand({ ...command.input, TransactItems: items });
  };
  const careless: DynamoDBDocumentClient = Object.create(client);
  return Object.assign(careless, { send: (command: unknown) => send(checked(command)) });
}

const twice = (carrier: Carrier): Carrier => ({
  ...carrier,
  send: async (text) => {
    await carrier.send(text);
    return carrier.send(text);
  },
});

/** Answers that it took a text, and took none. */
const lying = (carrier: Carrier): Carrier => ({
  ...carrier,
  send: async () => ({ kind: 'accepted', sid: `SM${'0'.repeat(32)}`, status: 'queued' }),
});

test.each<[string, HarnessOptions, readonly Step[], RegExp]>([
  [
    'a gate that does not condition the send on the consent it decided on',
    { client: careless },
    [submits('contact'), { do: 'enqueue' }, { ...drains, meanwhile: { at: 2, who: 'Ana' } }],
    /after a later one was recorded/,
  ],
  ['a gate that hands every text over twice', { carrier: twice }, [submits('contact'), CYCLE], /left twice/],
  [
    'a text that is booked as sent and never left',
    { carrier: lying },
    [submits('contact'), CYCLE],
    /not so at Twilio/,
  ],
  [
    'an opt-in that wakes nobody',
    { isDeaf: true },
    [submits('quote'), CYCLE, texts('START')],
    /waits with the reason waitingForConsent/,
  ],
  [
    'a table in which a form without a checkbox lifts an opt-out',
    { table: { ...TABLE, impliedForm: ['opted_in', 'opted_in', 'opted_in'] } },
    [texts('STOP'), submits('contact')],
    /The state of …0101 is/,
  ],
])('X5 the model notices %s', async (_, sabotage, steps, says) => {
  const history = { rules: RULES, steps };
  await play(rig, history);
  await rig.sabotage(sabotage);
  const broken = await play(rig, history).catch((error: unknown) => error);
  expect(broken).toBeInstanceOf(Violation);
  expect((broken as Violation).message).toMatch(says);
});
