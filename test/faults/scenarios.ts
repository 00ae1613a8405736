import { signatureOf } from '../../infra/local/twilio/webhooks.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { newNumber, submission } from '../flow/organization.ts';
import { SENDER, type World } from '../flow/world.ts';
import { httpEvent } from '../setup/http-event.ts';
import { AUTH_TOKEN } from '../setup/secrets.ts';
import type { KillReport } from './kill-points.ts';
import { Builder, type Person, texts } from './people.ts';
import type { Scheduler } from './scheduler.ts';
import type { Stage } from './stage.ts';

/** What a worker is killed over, again and again, with new people each time. */
export interface Scenario {
  readonly title: string;
  /** Folder of the function. */
  readonly function: 'send-gate' | 'form-webhook' | 'twilio-inbound';
  readonly settings?: Readonly<Record<string, unknown>>;
  /** @param people takes whoever comes into it. @param turn how many came before. */
  arrange(stage: Stage, people: Person[], turn: number): Promise<KillReport>;
  /** What happens when all is calm again: people answer. */
  afterwards?(stage: Stage, people: Person[]): Promise<void>;
}

const TICKED = { smsConsent: 'on' };

const batch: Scenario = {
  title: 'send-gate: a batch with a send, a hold, an agent’s text and a refusal by Twilio',
  function: 'send-gate',
  async arrange({ world, clock }, people, turn) {
    const builder = new Builder(world);
    const [agrees, unasked, blocked, written] = [newNumber(), newNumber(), newNumber(), newNumber()];
    await builder.post(agrees, TICKED);
    await builder.post(unasked, {});
    await builder.post(blocked, TICKED);
    world.twilio.block(blocked);
    await world.admin('POST', `/numbers/${encodeURIComponent(written)}/messages`, {
      body: 'See you at ten.',
    });
    if (turn % 2) loseCallbacks(world, agrees, written);
    people.push(
      { number: agrees, gets: ['welcome'], waitsFor: [] },
      { number: unasked, gets: [], waitsFor: ['welcome'] },
      { number: blocked, gets: [], waitsFor: ['welcome'] },
      { number: written, gets: ['agents'], waitsFor: [] },
    );
    await clock.follow();
    await clock.cycle();
    return records(clock, [agrees, unasked, blocked, written]);
  },
};

const request: Scenario = {
  title: 'send-gate: the opt-in template ahead of a text',
  function: 'send-gate',
  settings: { doubleOptIn: 'perNumber' },
  async arrange({ world, clock }, people, turn) {
    const number = newNumber();
    await new Builder(world).post(number, TICKED);
    if (turn % 2) loseCallbacks(world, number);
    people.push({ number, gets: ['request', 'welcome'], waitsFor: [] });
    await clock.follow();
    await clock.cycle();
    return records(clock, [number]);
  },
  async afterwards({ world, clock }, people) {
    const isAsked = ({ number }: Person) => world.textsTo(number).length > 0;
    for (let minute = 0; minute < 20 && !people.every(isAsked); minute++) await clock.minute();
    for (const { number } of people) await texts(world, number, 'START');
  },
};

const form: Scenario = {
  title: 'form-webhook: a submission with a ticked box',
  function: 'form-webhook',
  settings: { confirmOptIns: true },
  async arrange({ world, clock }, people, turn) {
    const number = newNumber();
    const body = JSON.stringify(submission(number, TICKED));
    people.push({ number, gets: ['confirmation', 'welcome'], waitsFor: [] });
    const event = httpEvent('POST', '/forms/quote/submissions', {
      body,
      pathParameters: { formId: 'quote' },
      headers: { 'content-type': 'application/json' },
    });
    return {
      event,
      // The builder was never answered: it posts again, at once or after we have gone on without it.
      comesAgain: async () => {
        if (turn % 2) {
          clock.pass(61);
          await world.reconcile();
        }
        await world.submit('quote', body);
      },
    };
  },
};

const stop: Scenario = {
  title: 'twilio-inbound: STOP while a text is due',
  function: 'twilio-inbound',
  async arrange({ world, clock }, people) {
    const number = newNumber();
    await new Builder(world).post(number, TICKED);
    people.push({ number, gets: [], waitsFor: ['welcome'] });
    await clock.follow();
    return received(world, number, 'STOP');
  },
};

const start: Scenario = {
  title: 'twilio-inbound: START from who waits',
  function: 'twilio-inbound',
  settings: { confirmOptIns: true },
  async arrange({ world, clock }, people) {
    const number = newNumber();
    await new Builder(world).post(number, {});
    people.push({ number, gets: ['confirmation', 'welcome'], waitsFor: [] });
    await clock.minute();
    return received(world, number, 'START');
  },
};

export const scenarios: readonly Scenario[] = [batch, request, form, stop, start];

function loseCallbacks(world: World, ...numbers: readonly string[]): void {
  for (const to of numbers) world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to });
}

/** What lies in the lanes for some numbers, for one worker. The queue gives it to another when the first has died. */
async function records(clock: Scheduler, numbers: readonly string[]): Promise<KillReport> {
  // The cycle's overlap enqueues those of the turns before once more: they have their record.
  const taken = (await clock.take()).filter(({ body }) => numbers.some((number) => body.includes(number)));
  return { event: { Records: taken }, comesAgain: async () => clock.giveBack(taken) };
}

/** A text that Twilio delivers to a worker, and again when it got no answer. */
async function received(world: World, from: string, body: string): Promise<KillReport> {
  world.twilio.setFault({ kind: 'webhookLost', to: from, times: 1 });
  const { messageSid } = await world.text(from, body);
  const fields = {
    AccountSid: `AC${'0'.repeat(32)}`,
    Body: body,
    From: from,
    MessageSid: messageSid,
    To: SENDER,
  };
  const url = `${process.env[ENV.publicBaseUrl]}/twilio/inbound`;
  const event = httpEvent('POST', '/twilio/inbound', {
    body: new URLSearchParams(fields).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signatureOf(url, fields, AUTH_TOKEN),
    },
  });
  return { event, comesAgain: async () => void (await world.twilio.redeliver(messageSid)) };
}
