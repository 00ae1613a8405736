import { randomUUID } from 'node:crypto';
import { SENDER } from '../flow/world.ts';
import type { CrashPlan } from './crashable.ts';
import { type Harness, NUMBERS } from './harness.ts';
import type { History, Person, Settings, Step } from './history.ts';
import { PEOPLE } from './history.ts';
import { checkInvariants } from './invariants.ts';
import { objections } from './promise.ts';
import { type Moment, takeSnapshot, Violation, type WorldSnapshot } from './registry-snapshot.ts';
import { checkTextInvariants } from './text-invariants.ts';

/** A fact that the ledger must come to hold, once. */
export interface ExpectedText {
  readonly number: string;
  readonly kind: string;
  /** What identifies it in its evidence. */
  readonly ref: string;
  /** When it happened, where the model knows to the millisecond. */
  readonly occurredAt: string | undefined;
}

/** What the model knows of a history while it is played. */
export interface ExpectedConsent {
  rules: Settings;
  readonly rulesLog: { readonly at: string; readonly rules: Settings }[];
  readonly owed: ExpectedText[];
  /** A lead of this number must be in these automations. */
  readonly enrolled: { readonly number: string; readonly automations: readonly string[] }[];
  /** Numbers that leads had before, by the leads' ids. */
  readonly former: Map<string, Set<string>>;
  readonly inReview: Set<string>;
  readonly everInReview: Set<string>;
  readonly reviewSince: Map<string, string>;
  readonly everReplied: Set<string>;
  readonly attested: Set<string>;
  /** Texts of agents that were taken, by their words. */
  readonly agentTexts: Map<string, string>;
  /** What the sender will deliver again, since it was not acknowledged. */
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
const REPLIES = new Set([DOUBTFUL, 'Can you call me tomorrow?', 'YES']);

/** Plays a history and judges it. @throws Violation when the promise was broken. */
export async function play(rig: Harness, { rules, steps }: History): Promise<void> {
  await rig.reset();
  const known: ExpectedConsent = {
    rules,
    rulesLog: [],
    owed: [],
    enrolled: [],
    former: new Map(),
    inReview: new Set(),
    everInReview: new Set(),
    reviewSince: new Map(),
    everReplied: new Set(),
    attested: new Set(),
    agentTexts: new Map(),
    undelivered: [],
    counter: 0,
  };
  await setRules(rig, known, rules);
  await rig.follow();
  for (const step of steps) {
    rig.pass(1);
    await watched(rig, known, (moments) => take(rig, known, step, moments));
  }
  await settle(rig, known);
}

/** Plays a step and judges every text that left during it. */
async function watched(
  rig: Harness,
  known: ExpectedConsent,
  happens: (moments: Moment[]) => Promise<unknown>,
): Promise<void> {
  const before = await rig.versions();
  const first = rig.world.twilio.messages().length;
  const moments: Moment[] = [];
  await happens(moments);
  const left = rig.world.twilio
    .messages()
    .slice(first)
    .filter(({ direction }) => direction === 'outbound-api');
  if (left.length > 0) await checkTextInvariants(rig, known, left, before, moments);
}

/** Everything is delivered that was not, no fault is left, and time passes: now everything due must be explained. */
async function settle(rig: Harness, known: ExpectedConsent): Promise<void> {
  rig.world.twilio.clearFaults();
  for (const deliver of known.undelivered.splice(0)) await watched(rig, known, deliver);
  for (let round = 0; round < 3; round++) {
    rig.pass(700);
    await rig.world.twilio.settle();
    await watched(rig, known, () => rig.world.reconcile());
    await watched(rig, known, () => rig.cycle());
  }
  const books: WorldSnapshot[] = [];
  for (const who of PEOPLE) books.push(await takeSnapshot(rig, NUMBERS[who]));
  checkInvariants(rig, known, books);
}

async function setRules(rig: Harness, known: ExpectedConsent, change: Partial<Settings>): Promise<void> {
  await expectStatus(200, rig.world.admin('PATCH', '/settings', change));
  known.rules = { ...known.rules, ...change };
  known.rulesLog.push({ at: new Date().toISOString(), rules: known.rules });
}

async function take(rig: Harness, known: ExpectedConsent, step: Step, moments: Moment[]): Promise<void> {
  const { world } = rig;
  const number = 'who' in step ? NUMBERS[step.who] : '';
  const path = `/numbers/${encodeURIComponent(number)}`;
  switch (step.do) {
    case 'submit':
      return submit(rig, known, step, number);
    case 'text':
      return text(rig, known, step.who, step.words, step);
    case 'crm': {
      const at = hoursAgo(step.hoursAgo);
      await submit(rig, known, { form: 'quote', ticked: false, hoursAgo: 0, twice: false }, number);
      rig.attest(step.who, at);
      await world.runCrm();
      if (known.attested.has(number)) return;
      known.attested.add(number);
      known.owed.push({ number, kind: 'crmAttested', ref: 'crm', occurredAt: at.toISOString() });
      return;
    }
    case 'optIn': {
      const at = hoursAgo(step.hoursAgo).toISOString();
      const proof = `recording ${++known.counter}`;
      const body = { method: 'by phone', date: at, proof, wording: 'You agree to texts.' };
      for (let times = step.twice ? 2 : 1; times > 0; times--) {
        await expectStatus(200, world.admin('POST', `${path}/opt-in`, body));
      }
      known.owed.push({ number, kind: 'manualOptIn', ref: proof, occurredAt: at });
      return;
    }
    case 'optOut':
      return optOut(rig, known, number);
    case 'set':
      return setRules(rig, known, step.change);
    case 'agentText':
      return agentText(rig, known, number, step.twice);
    case 'addLead': {
      const body = { number, automations: ['welcome'] };
      await expectStatus(201, world.admin('POST', '/leads', body));
      known.enrolled.push({ number, automations: ['welcome'] });
      return;
    }
    case 'changeNumber': {
      const leads = await rig.leads();
      const lead = leads[step.lead % Math.max(1, leads.length)];
      if (!lead || lead.number === number) return;
      known.former.set(lead.id, (known.former.get(lead.id) ?? new Set()).add(lead.number));
      await expectStatus(200, world.admin('PATCH', `/leads/${lead.id}`, { number }));
      return;
    }
    case 'broadcast': {
      const id = `roofs-${++known.counter}-${randomUUID().slice(0, 8)}`;
      const leads = (await rig.leads()).map(({ id }) => id);
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
      return rig.follow(step.replay);
    case 'enqueue':
      return rig.enqueue();
    case 'drain':
      return drain(rig, known, step, moments);
    case 'cycle':
      return rig.cycle();
    case 'wait':
      return rig.pass(step.seconds);
    case 'fault': {
      const fault = FAULTS[step.fault];
      return world.twilio.setFault({ ...fault, to: number });
    }
    case 'reconcile':
      return world.reconcile();
    case 'decide': {
      const isInReview = known.inReview.has(number);
      const body = { decision: step.isOptOut ? 'optOut' : 'noOptOut' };
      await expectStatus(isInReview ? 200 : 409, world.admin('PATCH', `${path}/conversation`, body));
      if (!isInReview) return;
      known.inReview.delete(number);
      const occurredAt = new Date().toISOString();
      if (step.isOptOut) known.owed.push({ number, kind: 'optOut', ref: 'manual', occurredAt });
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
  { world, form: mortalForm, questionVersion }: Harness,
  known: ExpectedConsent,
  step: Omit<Extract<Step, { do: 'submit' }>, 'do' | 'who'>,
  number: string,
): Promise<void> {
  const { form, ticked, dies } = step;
  const submissionId = `submission-${++known.counter}`;
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
  if (dies !== undefined && (await mortalForm(form, body, dies)) === 'died') known.undelivered.push(deliver);
  else for (let times = step.twice ? 2 : 1; times > 0; times--) await deliver();
  const kind = {
    quote: ticked ? 'explicitWeb' : '',
    contact: 'impliedForm',
    ask: ticked ? 'explicitWeb' : 'optOut',
  }[form];
  if (kind !== '') known.owed.push({ number, kind, ref: submissionId, occurredAt });
  const automations = {
    quote: ['welcome', 'roofs'],
    contact: ['welcome', 'follow-up'],
    ask: ticked ? ['welcome'] : [],
  };
  known.enrolled.push({ number, automations: automations[form] });
}

async function text(
  { world, inbound }: Harness,
  known: ExpectedConsent,
  who: Person,
  words: string,
  { twice, dies }: { readonly twice: boolean; readonly dies?: number | undefined },
): Promise<void> {
  const from = NUMBERS[who];
  const at = new Date().toISOString();
  const mayDie = dies !== undefined && words !== DOUBTFUL;
  if (mayDie) world.twilio.setFault({ kind: 'webhookLost', to: from, times: 1 });
  const { messageSid, status } = await world.twilio.inbound({ from, to: SENDER, body: words });
  const redeliver = async () => {
    const again = await world.twilio.redeliver(messageSid);
    if (again.status !== 200) throw new Violation(`A text delivered again was answered ${again.status}`);
  };
  const ended = mayDie ? await inbound({ messageSid, from, to: SENDER, body: words }, dies) : 'lived';
  if (ended === 'died') known.undelivered.push(redeliver);
  else if (!mayDie && status !== 200) throw new Violation(`A text was answered ${status}`);
  else if (twice) await redeliver();
  const kind = KINDS[words];
  if (kind)
    known.owed.push({ number: from, kind, ref: messageSid, occurredAt: ended === 'died' ? undefined : at });
  if (REPLIES.has(words)) known.everReplied.add(from);
  if (words !== DOUBTFUL) return;
  for (const set of [known.inReview, known.everInReview]) set.add(from);
  known.reviewSince.set(from, at);
}

async function optOut({ world }: Harness, known: ExpectedConsent, number: string): Promise<void> {
  await expectStatus(200, world.admin('POST', `/numbers/${encodeURIComponent(number)}/opt-out`));
  known.owed.push({ number, kind: 'optOut', ref: 'manual', occurredAt: new Date().toISOString() });
}

async function agentText(
  { world, consentNow }: Harness,
  known: ExpectedConsent,
  number: string,
  isTwice: boolean,
): Promise<void> {
  const words = `Agent's text ${++known.counter}`;
  const against = objections({ purpose: 'agent' }, await consentNow(number), known.rules, false);
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
  if (!isRefused) known.agentTexts.set(words, number);
}

async function drain(
  rig: Harness,
  known: ExpectedConsent,
  step: Extract<Step, { do: 'drain' }>,
  moments: Moment[],
): Promise<void> {
  const { dies, answered, meanwhile } = step;
  const fate: CrashPlan = {
    dies,
    answered,
    meanwhile: meanwhile && {
      at: meanwhile.at,
      happens: async () => {
        rig.pass(1);
        const number = NUMBERS[meanwhile.who];
        if (meanwhile.words) await text(rig, known, meanwhile.who, meanwhile.words, { twice: false });
        else await optOut(rig, known, number);
        const { messages } = await rig.messages.conversation(number, 100);
        const claimed = messages.filter(({ status }) => status === 'claimed').map(({ id }) => id);
        moments.push({ number, version: (await rig.versions()).get(number) ?? 0, claimed: new Set(claimed) });
        rig.pass(1);
      },
    },
  };
  await rig.drain(step, fate);
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
