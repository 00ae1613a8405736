import { signatureOf } from '../../infra/local/twilio/webhooks.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { newNumber, submission } from '../flow/organization.ts';
import { SENDER, type World } from '../flow/world.ts';
import { httpEvent } from '../setup/http-event.ts';
import { AUTH_TOKEN } from '../setup/secrets.ts';
import type { FaultHarness } from './harness.ts';
import type { KillTarget } from './kill-points.ts';
import { FormBuilder, type Person, sendText } from './people.ts';
import type { Scheduler } from './scheduler.ts';

/** A scenario in which a worker is killed again and again, with new people each time. */
export interface KillScenario {
  readonly title: string;
  /** The folder of the function. */
  readonly function: 'send-gate' | 'form-webhook' | 'twilio-inbound';
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Prepares one event. @param people collects the people that it adds. @param round counts the calls before this one. */
  arrange(harness: FaultHarness, people: Person[], round: number): Promise<KillTarget>;
  /** Runs when no worker is killed any more: people answer. */
  finish?(harness: FaultHarness, people: Person[]): Promise<void>;
}

const TICKED = { smsConsent: 'on' };

const batch: KillScenario = {
  title: 'send-gate: a batch with a send, a hold, an agent’s text and a refusal by Twilio',
  function: 'send-gate',
  async arrange({ world, scheduler }, people, round) {
    const builder = new FormBuilder(world);
    const [agrees, unasked, blocked, written] = [newNumber(), newNumber(), newNumber(), newNumber()];
    await builder.post(agrees, TICKED);
    await builder.post(unasked, {});
    await builder.post(blocked, TICKED);
    world.twilio.block(blocked);
    await world.admin('POST', `/numbers/${encodeURIComponent(written)}/messages`, {
      body: 'See you at ten.',
    });
    if (round % 2) loseCallbacks(world, agrees, written);
    people.push(
      { number: agrees, receives: ['welcome'], waitsFor: [] },
      { number: unasked, receives: [], waitsFor: ['welcome'] },
      { number: blocked, receives: [], waitsFor: ['welcome'] },
      { number: written, receives: ['agents'], waitsFor: [] },
    );
    await scheduler.follow();
    await scheduler.cycle();
    return takeRecords(scheduler, [agrees, unasked, blocked, written]);
  },
};

const request: KillScenario = {
  title: 'send-gate: the opt-in template ahead of a text',
  function: 'send-gate',
  settings: { doubleOptIn: 'perNumber' },
  async arrange({ world, scheduler }, people, round) {
    const number = newNumber();
    await new FormBuilder(world).post(number, TICKED);
    if (round % 2) loseCallbacks(world, number);
    people.push({ number, receives: ['request', 'welcome'], waitsFor: [] });
    await scheduler.follow();
    await scheduler.cycle();
    return takeRecords(scheduler, [number]);
  },
  async finish({ world, scheduler }, people) {
    const isAsked = ({ number }: Person) => world.textsTo(number).length > 0;
    for (let minute = 0; minute < 20 && !people.every(isAsked); minute++) await scheduler.minute();
    for (const { number } of people) await sendText(world, number, 'START');
  },
};

const form: KillScenario = {
  title: 'form-webhook: a submission with a ticked box',
  function: 'form-webhook',
  settings: { confirmOptIns: true },
  async arrange({ world, scheduler }, people, round) {
    const number = newNumber();
    const body = JSON.stringify(submission(number, TICKED));
    people.push({ number, receives: ['confirmation', 'welcome'], waitsFor: [] });
    const event = httpEvent('POST', '/forms/quote/submissions', {
      body,
      pathParameters: { formId: 'quote' },
      headers: { 'content-type': 'application/json' },
    });
    return {
      event,
      // The builder got no answer and posts again: at once, or after reconcile has finished the submission.
      redeliver: async () => {
        if (round % 2) {
          scheduler.pass(61);
          await world.reconcile();
        }
        await world.submit('quote', body);
      },
    };
  },
};

const stop: KillScenario = {
  title: 'twilio-inbound: STOP while a text is due',
  function: 'twilio-inbound',
  async arrange({ world, scheduler }, people) {
    const number = newNumber();
    await new FormBuilder(world).post(number, TICKED);
    people.push({ number, receives: [], waitsFor: ['welcome'] });
    await scheduler.follow();
    return receiveText(world, number, 'STOP');
  },
};

const start: KillScenario = {
  title: 'twilio-inbound: START from a number that waits',
  function: 'twilio-inbound',
  settings: { confirmOptIns: true },
  async arrange({ world, scheduler }, people) {
    const number = newNumber();
    await new FormBuilder(world).post(number, {});
    people.push({ number, receives: ['confirmation', 'welcome'], waitsFor: [] });
    await scheduler.minute();
    return receiveText(world, number, 'START');
  },
};

export const killScenarios: readonly KillScenario[] = [batch, request, form, stop, start];

function loseCallbacks(world: World, ...numbers: readonly string[]): void {
  for (const to of numbers) world.twilio.setFault({ kind: 'callbacks', mode: 'missing', to });
}

/** Takes the lanes' records of some numbers, for one worker. The queue gives them to another when the first was killed. */
async function takeRecords(scheduler: Scheduler, numbers: readonly string[]): Promise<KillTarget> {
  // The cycle's overlap enqueues the texts of earlier rounds again: those have their record already.
  const taken = (await scheduler.take()).filter(({ body }) =>
    numbers.some((number) => body.includes(number)),
  );
  return { event: { Records: taken }, redeliver: async () => scheduler.giveBack(taken) };
}

/** Texts a worker's webhook, and lets Twilio deliver the text again when it got no answer. */
async function receiveText(world: World, from: string, body: string): Promise<KillTarget> {
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
  return { event, redeliver: async () => void (await world.twilio.redeliver(messageSid)) };
}
