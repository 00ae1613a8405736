import { randomUUID } from 'node:crypto';
import { SENDER } from '../flow/world.ts';
import type { CrashPlan } from './crashable.ts';
import { type Harness, NUMBERS } from './harness.ts';
import type { History, Person, Settings, Step } from './history.ts';
import { PEOPLE } from './history.ts';
import { checkInvariants } from './invariants.ts';
import { objections } from './promise.ts';
import { type ConsentChange, takeSnapshot, Violation, type WorldSnapshot } from './registry-snapshot.ts';
import { checkTextInvariants } from './text-invariants.ts';

/** An event that the ledger must hold exactly once at the end. */
export interface ExpectedEvent {
  readonly number: string;
  readonly kind: string;
  /** Identifies the event in its evidence. */
  readonly ref: string;
  /** The time of the event, where the model knows it to the millisecond. */
  readonly occurredAt: string | undefined;
}

/** Collects what the model expects of a history while it is played. */
export interface Expectations {
  settings: Settings;
  readonly settingsLog: { readonly at: string; readonly settings: Settings }[];
  readonly events: ExpectedEvent[];
  /** A lead of this number must be in these automations. */
  readonly enrolled: { readonly number: string; readonly automations: readonly string[] }[];
  /** Earlier numbers of leads, by the leads' ids. */
  readonly formerNumbers: Map<string, Set<string>>;
  readonly inReview: Set<string>;
  /** Those whose START waits for the comparison with Twilio's times. */
  readonly soonAfterOptOut: Set<string>;
  readonly everInReview: Set<string>;
  readonly reviewSince: Map<string, string>;
  readonly everReplied: Set<string>;
  readonly crmOptIns: Set<string>;
  /** Numbers of the agents' texts that were accepted, by their words. */
  readonly agentTexts: Map<string, string>;
  /** Deliveries that the sender will repeat, since they were not acknowledged. */
  readonly undelivered: (() => Promise<void>)[];
  counter: number;
}

const KINDS: Readonly<Record<string, string>> = {
  STOP: 'optOut',
  START: 'handsetStart',
  YES: 'handsetYes',
  ROOF: 'handsetKeyword',
  'please stop texting me': 'optOut',
};
const DOUBTFUL = 'Wrong number, sorry';
/** Words after which nothing that was doubtful before waits for a person. */
const SETTLING = new Set(['STOP', 'START', 'please stop texting me']);
const REPLIES = new Set([DOUBTFUL, 'Can you call me tomorrow?', 'YES']);

/** Plays a history and checks it. @throws Violation when the promise was broken. */
export async function playHistory(harness: Harness, { settings, steps }: History): Promise<void> {
  await harness.reset();
  const expected: Expectations = {
    settings,
    settingsLog: [],
    events: [],
    enrolled: [],
    formerNumbers: new Map(),
    inReview: new Set(),
    soonAfterOptOut: new Set(),
    everInReview: new Set(),
    reviewSince: new Map(),
    everReplied: new Set(),
    crmOptIns: new Set(),
    agentTexts: new Map(),
    undelivered: [],
    counter: 0,
  };
  await changeSettings(harness, expected, settings);
  await harness.follow();
  for (const step of steps) {
    harness.passTime(1);
    await playChecked(harness, expected, (changes) => playStep(harness, expected, step, changes));
  }
  await finish(harness, expected);
}

/** Plays a step and checks every text that left during it. */
async function playChecked(
  harness: Harness,
  expected: Expectations,
  happens: (changes: ConsentChange[]) => Promise<unknown>,
): Promise<void> {
  const before = await harness.consentVersions();
  const first = harness.world.twilio.messages().length;
  const changes: ConsentChange[] = [];
  await happens(changes);
  const left = harness.world.twilio
    .messages()
    .slice(first)
    .filter(({ direction }) => direction === 'outbound-api');
  if (left.length > 0) await checkTextInvariants(harness, expected, left, before, changes);
}

/** Ends all faults, repeats what was not delivered and lets time pass. Then every text must be sent or have a true reason. */
async function finish(harness: Harness, expected: Expectations): Promise<void> {
  harness.world.twilio.clearFaults();
  for (const deliver of expected.undelivered.splice(0)) await playChecked(harness, expected, deliver);
  for (let round = 0; round < 3; round++) {
    harness.passTime(700);
    await harness.world.twilio.settle();
    await playChecked(harness, expected, () => reconcile(harness, expected));
    await playChecked(harness, expected, () => harness.cycle());
  }
  const snapshots: WorldSnapshot[] = [];
  for (const who of PEOPLE) snapshots.push(await takeSnapshot(harness, NUMBERS[who]));
  checkInvariants(harness, expected, snapshots);
}

/** Reconciles. The comparison with Twilio's times ends the hold of a START that came soon after an opt-out. */
async function reconcile({ world }: Harness, expected: Expectations): Promise<void> {
  await world.reconcile();
  for (const number of [...expected.soonAfterOptOut]) {
    if (await isInReview(world, number)) continue;
    expected.soonAfterOptOut.delete(number);
    expected.inReview.delete(number);
  }
}

async function changeSettings(
  harness: Harness,
  expected: Expectations,
  change: Partial<Settings>,
): Promise<void> {
  await expectStatus(200, harness.world.admin('PATCH', '/settings', change));
  expected.settings = { ...expected.settings, ...change };
  expected.settingsLog.push({ at: new Date().toISOString(), settings: expected.settings });
}

async function playStep(
  harness: Harness,
  expected: Expectations,
  step: Step,
  changes: ConsentChange[],
): Promise<void> {
  const { world } = harness;
  const number = 'who' in step ? NUMBERS[step.who] : '';
  const path = `/numbers/${encodeURIComponent(number)}`;
  switch (step.do) {
    case 'submit':
      return submit(harness, expected, step, number);
    case 'text':
      return sendText(harness, expected, step.who, step.words, step);
    case 'crm': {
      const at = hoursAgo(step.hoursAgo);
      await submit(harness, expected, { form: 'quote', ticked: false, hoursAgo: 0, twice: false }, number);
      harness.setCrmOptIn(step.who, at);
      await world.runCrm();
      if (expected.crmOptIns.has(number)) return;
      expected.crmOptIns.add(number);
      expected.events.push({ number, kind: 'crmAttested', ref: 'crm', occurredAt: at.toISOString() });
      return;
    }
    case 'optIn': {
      const at = hoursAgo(step.hoursAgo).toISOString();
      const proof = `recording ${++expected.counter}`;
      const body = { method: 'by phone', date: at, proof, wording: 'You agree to texts.' };
      for (let times = step.twice ? 2 : 1; times > 0; times--) {
        await expectStatus(200, world.admin('POST', `${path}/opt-in`, body));
      }
      expected.events.push({ number, kind: 'manualOptIn', ref: proof, occurredAt: at });
      return;
    }
    case 'optOut':
      return optOut(harness, expected, number);
    case 'set':
      return changeSettings(harness, expected, step.change);
    case 'agentText':
      return sendAgentText(harness, expected, number, step.twice);
    case 'addLead': {
      const body = { number, automations: ['welcome'] };
      await expectStatus(201, world.admin('POST', '/leads', body));
      expected.enrolled.push({ number, automations: ['welcome'] });
      return;
    }
    case 'changeNumber': {
      const leads = await harness.listLeads();
      const lead = leads[step.lead % Math.max(1, leads.length)];
      if (!lead || lead.number === number) return;
      expected.formerNumbers.set(
        lead.id,
        (expected.formerNumbers.get(lead.id) ?? new Set()).add(lead.number),
      );
      await expectStatus(200, world.admin('PATCH', `/leads/${lead.id}`, { number }));
      return;
    }
    case 'broadcast': {
      const id = `roofs-${++expected.counter}-${randomUUID().slice(0, 8)}`;
      const leads = (await harness.listLeads()).map(({ id }) => id);
      if (leads.length === 0) return;
      await expectStatus(200, world.admin('PUT', `/campaigns/${id}`, { id, name: id, keyword: 'ROOF' }));
      await expectStatus(200, world.admin('POST', `/campaigns/${id}/members`, { leads }));
      await expectStatus(
        202,
        world.admin('POST', `/campaigns/${id}/broadcasts`, { template: `Roofs ${id}` }),
      );
      return;
    }
    case 'follow':
      return harness.follow(step.replay);
    case 'enqueue':
      return harness.enqueue();
    case 'drain':
      return drain(harness, expected, step, changes);
    case 'cycle':
      return harness.cycle();
    case 'wait':
      return harness.passTime(step.seconds);
    case 'fault': {
      const fault = FAULTS[step.fault];
      return world.twilio.setFault({ ...fault, to: number });
    }
    case 'reconcile':
      return reconcile(harness, expected);
    case 'decide': {
      const isInReview = expected.inReview.has(number);
      const body = { decision: step.isOptOut ? 'optOut' : 'noOptOut' };
      await expectStatus(isInReview ? 200 : 409, world.admin('PATCH', `${path}/conversation`, body));
      if (!isInReview) return;
      expected.inReview.delete(number);
      const occurredAt = new Date().toISOString();
      if (step.isOptOut) expected.events.push({ number, kind: 'optOut', ref: 'manual', occurredAt });
      return;
    }
    case 'block':
      return world.twilio.block(number);
  }
}

const FAULTS = {
  busy: { kind: 'error', status: 429, times: 1 },
  broken: { kind: 'error', status: 500, times: 2 },
  lostBefore: { kind: 'timeoutBeforeAcceptance', times: 1 },
  lostAfter: { kind: 'timeoutAfterAcceptance', times: 1 },
  callbacksMissing: { kind: 'callbacks', mode: 'missing' },
  callbacksDoubled: { kind: 'callbacks', mode: 'doubled' },
  callbacksShuffled: { kind: 'callbacks', mode: 'shuffled' },
} as const;

async function submit(
  { world, submitUntilCrash, questionVersion }: Harness,
  expected: Expectations,
  step: Omit<Extract<Step, { do: 'submit' }>, 'do' | 'who'>,
  number: string,
): Promise<void> {
  const { form, ticked, crashesAt } = step;
  const submissionId = `submission-${++expected.counter}`;
  const occurredAt = hoursAgo(step.hoursAgo).toISOString();
  const common = { submissionId, submittedAt: occurredAt, firstName: 'Dana' };
  const version = form === 'ask' && ticked ? await questionVersion('ask') : '';
  const body = JSON.stringify(
    form === 'ask'
      ? {
          ...common,
          sms_opt_in: ticked ? 'yes' : 'no',
          sms_opt_in_phone: number,
          sms_opt_in_version: version,
        }
      : { ...common, phone: number, ...(form === 'quote' && ticked && { smsConsent: 'on' }) },
  );
  const deliver = async () => {
    await expectStatus(200, world.submit(form, body));
  };
  if (crashesAt !== undefined && (await submitUntilCrash(form, body, crashesAt)) === 'crashed')
    expected.undelivered.push(deliver);
  else for (let times = step.twice ? 2 : 1; times > 0; times--) await deliver();
  const kind = {
    quote: ticked ? 'explicitWeb' : '',
    contact: 'impliedForm',
    ask: ticked ? 'explicitWeb' : 'optOut',
  }[form];
  if (kind !== '') expected.events.push({ number, kind, ref: submissionId, occurredAt });
  const automations = {
    quote: ['welcome', 'roofs'],
    contact: ['welcome', 'follow-up'],
    ask: ticked ? ['welcome'] : [],
  };
  expected.enrolled.push({ number, automations: automations[form] });
}

/** Checks whether a conversation waits for a decision, after a crash that may have come before or after it was settled. */
async function isInReview(world: Harness['world'], number: string): Promise<boolean> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/conversation`);
  return (json['conversation'] as { review?: unknown }).review !== undefined;
}

async function sendText(
  { world, receiveUntilCrash, promisedState }: Harness,
  expected: Expectations,
  who: Person,
  words: string,
  { twice, crashesAt }: { readonly twice: boolean; readonly crashesAt?: number | undefined },
): Promise<void> {
  const from = NUMBERS[who];
  const at = new Date().toISOString();
  const before = await promisedState(from);
  // A text that lifts an opt-out within 15 minutes waits for Twilio's times, unless Twilio itself acted on the opt-out.
  const isSoon =
    (words === 'START' || words === 'ROOF') &&
    before.status === 'opted_out' &&
    !before.outByKeyword &&
    Date.parse(at) - Date.parse(before.outAt) <= 15 * 60_000;
  const mayCrash =
    !isSoon &&
    crashesAt !== undefined &&
    words !== DOUBTFUL &&
    words !== 'YES' &&
    !expected.inReview.has(from);
  if (mayCrash) world.twilio.setFault({ kind: 'webhookLost', to: from, times: 1 });
  const { messageSid, status } = await world.twilio.inbound({ from, to: SENDER, body: words });
  const redeliver = async () => {
    const again = await world.twilio.redeliver(messageSid);
    if (again.status !== 200) throw new Violation(`A text delivered again was answered ${again.status}`);
    if (SETTLING.has(words) && !(await isInReview(world, from))) expected.inReview.delete(from);
  };
  const ended = mayCrash
    ? await receiveUntilCrash({ messageSid, from, to: SENDER, body: words }, crashesAt)
    : 'finished';
  if (ended === 'crashed') expected.undelivered.push(redeliver);
  else if (!mayCrash && status !== 200) throw new Violation(`A text was answered ${status}`);
  else if (twice) await redeliver();
  const kind = KINDS[words];
  if (kind)
    expected.events.push({
      number: from,
      kind,
      ref: messageSid,
      occurredAt: ended === 'crashed' ? undefined : at,
    });
  if (REPLIES.has(words)) expected.everReplied.add(from);
  if (SETTLING.has(words) && ended !== 'crashed' && !isSoon) expected.inReview.delete(from);
  if (isSoon) expected.soonAfterOptOut.add(from);
  // A YES from somebody who stays opted out waits for a person, like a doubtful text.
  const isFlagged = words === 'YES' && (await promisedState(from)).status === 'opted_out';
  if (words !== DOUBTFUL && !isFlagged && !isSoon) return;
  for (const set of [expected.inReview, expected.everInReview]) set.add(from);
  expected.reviewSince.set(from, at);
}

async function optOut({ world }: Harness, expected: Expectations, number: string): Promise<void> {
  await expectStatus(200, world.admin('POST', `/numbers/${encodeURIComponent(number)}/opt-out`));
  expected.events.push({ number, kind: 'optOut', ref: 'manual', occurredAt: new Date().toISOString() });
}

async function sendAgentText(
  { world, promisedState }: Harness,
  expected: Expectations,
  number: string,
  isTwice: boolean,
): Promise<void> {
  const words = `Agent's text ${++expected.counter}`;
  const against = objections({ purpose: 'agent' }, await promisedState(number), expected.settings, false);
  const isRefused = [...against].some((reason) => reason !== 'waitingForStart');
  const body = { body: words, idempotencyKey: randomUUID() };
  for (let times = isTwice ? 2 : 1; times > 0; times--) {
    const answer = await world.admin(
      'POST',
      `/numbers/${encodeURIComponent(number)}/messages`,
      body,
      '[agent]',
    );
    if (answer.status !== (isRefused ? 409 : 202)) {
      throw new Violation(
        `An agent's text was answered ${answer.status}, though against it speaks: ${[...against]}`,
      );
    }
    const code = String(answer.json['code']);
    if (isRefused && !against.has(code)) throw new Violation(`An agent was told ${code}, which is not so`);
  }
  if (!isRefused) expected.agentTexts.set(words, number);
}

async function drain(
  harness: Harness,
  expected: Expectations,
  step: Extract<Step, { do: 'drain' }>,
  changes: ConsentChange[],
): Promise<void> {
  const { crashesAt, afterAnswer, meanwhile } = step;
  const crashPlan: CrashPlan = {
    crashesAt,
    afterAnswer,
    meanwhile: meanwhile && {
      at: meanwhile.at,
      happens: async () => {
        harness.passTime(1);
        const number = NUMBERS[meanwhile.who];
        if (meanwhile.words)
          await sendText(harness, expected, meanwhile.who, meanwhile.words, { twice: false });
        else await optOut(harness, expected, number);
        const { messages } = await harness.messages.conversation(number, 100);
        const claimed = messages.filter(({ status }) => status === 'claimed').map(({ id }) => id);
        changes.push({
          number,
          version: (await harness.consentVersions()).get(number) ?? 0,
          claimed: new Set(claimed),
        });
        harness.passTime(1);
      },
    },
  };
  await harness.drain(step, crashPlan);
}

function hoursAgo(hours: number): Date {
  return new Date(Date.now() - hours * 3_600_000);
}

async function expectStatus(
  status: number,
  call: Promise<{ readonly status: number; readonly body: string }>,
): Promise<void> {
  const answer = await call;
  if (answer.status !== status)
    throw new Violation(`Answered ${answer.status} and not ${status}: ${answer.body}`);
}
