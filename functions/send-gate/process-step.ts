import type { Automation } from '../../lib/automation/automation.ts';
import type { DueStep } from '../../lib/automation/due-step.ts';
import { type Enrollment, messageIdOf } from '../../lib/automation/enrollment.ts';
import { advance, defer, hold, stop } from '../../lib/automation/progress.ts';
import { type Decision, decide } from '../../lib/gate/decide.ts';
import { claim, explain, holdUnder, replace, type WriteOutcome } from '../../lib/gate/send-transaction.ts';
import type { Lead } from '../../lib/leads/lead.ts';
import { type Message, STATUS_RANK } from '../../lib/messaging/message.ts';
import { render } from '../../lib/messaging/template.ts';
import { pause } from '../../lib/runtime/dynamodb.ts';
import { type HandOverDeps, type HandOverOutcome, handOver } from './hand-over.ts';
import { type LoadDeps, load, type StepFacts } from './load.ts';

export type GateDeps = LoadDeps & HandOverDeps;

/** How one record of the queue ended. All but an exception acknowledge it. */
export type StepOutcome =
  | HandOverOutcome
  | 'held'
  | 'deferred'
  | 'refused'
  | 'dropped'
  | 'stopped'
  /** Not at this step, or not yet: a duplicate delivery, or the enrollment was held or deferred in between. */
  | 'notDue'
  /** Someone else finished the step while this record was being decided. */
  | 'handled';

/** Times a step is decided anew because consent or the enrollment moved under it. */
const ATTEMPTS = 6;

interface Subject {
  readonly step: DueStep;
  readonly enrollment: Enrollment;
  readonly automation: Automation;
  readonly lead: Lead;
}

/**
 * Decides one due step and carries the decision out.
 *
 * @param facts what the batch's common read found; read again whenever a write shows that they are stale.
 * @throws Error when the step could not be decided in peace: the record goes back to the queue.
 */
export async function processStep(deps: GateDeps, step: DueStep, facts: StepFacts): Promise<StepOutcome> {
  let current = facts;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await tryStep(deps, step, current);
    if (outcome !== 'again') return outcome;
    await pause(attempt);
    // The number may have changed since the step was enqueued: its consent is the one that counts.
    const number = current.enrollment?.number ?? step.number;
    current = (await load(deps, [{ ...step, number }]))[0] ?? current;
  }
  throw new Error(`A step was decided ${ATTEMPTS} times and something changed every time`);
}

async function tryStep(deps: GateDeps, step: DueStep, facts: StepFacts): Promise<StepOutcome | 'again'> {
  const { enrollment, automation, lead, consent } = facts;
  const now = deps.now();
  if (enrollment?.status !== 'due' || enrollment.step !== step.step) return 'notDue';
  if (enrollment.dueAt > now.toISOString()) return 'notDue';
  if (enrollment.number !== consent.number) return 'again';
  if (!automation || !lead || !automation.steps[step.step]) return endAutomation(deps, enrollment);
  if (!automation.enabled) {
    const why = { reason: 'automationDisabled', sentence: 'held: the automation is switched off' };
    return after(await holdUnder(deps, consent, hold(enrollment, why)), 'held');
  }
  const decision = decide({
    author: 'automation',
    age: { firstDueAt: enrollment.firstDueAt, maximumAge: automation.maximumAge },
    consent,
    unreachable: lead.unreachable,
    settings: facts.settings,
    now,
  });
  return carryOut(deps, { step, enrollment, automation, lead }, facts, decision, now);
}

async function endAutomation(deps: GateDeps, enrollment: Enrollment): Promise<StepOutcome | 'again'> {
  const why = { reason: 'automationRemoved', sentence: 'stopped: the automation or this step was removed' };
  return after(await replace(deps, stop(enrollment, why)), 'stopped');
}

async function carryOut(
  deps: GateDeps,
  subject: Subject,
  { consent, settings }: StepFacts,
  decision: Decision,
  now: Date,
): Promise<StepOutcome | 'again'> {
  const { enrollment, automation, lead, step } = subject;
  switch (decision.kind) {
    case 'hold':
      return after(await holdUnder(deps, consent, hold(enrollment, decision)), 'held');
    case 'defer':
      return after(await replace(deps, defer(enrollment, decision, decision.until)), 'deferred');
    case 'refuse':
      return explainStep(deps, subject, decision, 'refused', now);
    case 'drop':
      return explainStep(deps, subject, decision, 'dropped', now);
    case 'send':
      break;
  }
  const template = automation.steps[step.step]?.template ?? '';
  const values = { ...lead.details, organizationName: settings.organizationName };
  const rendered = render(template, values, settings.footer);
  if (rendered.kind !== 'rendered') {
    const says =
      rendered.kind === 'missingField'
        ? `the lead has no ${rendered.field} and the template gives no default for it`
        : `the text has ${rendered.characters} characters, more than a text may have`;
    const trace = [...decision.trace, { rule: 'template', result: says }];
    const refusal = { reason: rendered.kind, sentence: `refused: ${says}`, trace };
    return explainStep(deps, subject, refusal, 'refused', now);
  }
  const text: Message = {
    ...textOf(subject, decision, 'claimed', now),
    body: rendered.body,
    attempt: enrollment.attempts + 1,
    claimedAt: now.toISOString(),
    firstDueAt: enrollment.firstDueAt,
    consentVersion: consent.version,
  };
  const claimed = await claim(deps, consent, advance(enrollment, automation, now), text);
  if (claimed === 'done') return handOver(deps, text);
  if (claimed === 'handled') return catchUp(deps, subject, now);
  return 'again';
}

async function explainStep(
  deps: GateDeps,
  subject: Subject,
  why: Pick<Message, 'reason' | 'sentence' | 'trace'>,
  status: 'refused' | 'dropped',
  now: Date,
): Promise<StepOutcome | 'again'> {
  const text = textOf(subject, why, status, now);
  const advanced = advance(subject.enrollment, subject.automation, now);
  const written = await explain(deps, advanced, text);
  return written === 'handled' ? catchUp(deps, subject, now) : after(written, status);
}

/**
 * The enrollment moved on, or its text exists though it did not: Twilio's callback of an earlier try arrived after
 * the step was opened again. In the second case the step is done and only the enrollment is behind; in the first the
 * write finds another version and changes nothing.
 */
async function catchUp(deps: GateDeps, { enrollment, automation }: Subject, now: Date): Promise<StepOutcome> {
  await replace(deps, advance(enrollment, automation, now));
  return 'handled';
}

function textOf(
  { enrollment, step }: Subject,
  { reason, sentence, trace }: Pick<Message, 'reason' | 'sentence' | 'trace'>,
  status: 'claimed' | 'refused' | 'dropped',
  now: Date,
): Message {
  const at = now.toISOString();
  return {
    id: messageIdOf(enrollment.leadId, enrollment.automationId, step.step),
    direction: 'outbound',
    number: enrollment.number,
    body: '',
    status,
    statusRank: STATUS_RANK[status],
    leadId: enrollment.leadId,
    automationId: enrollment.automationId,
    step: step.step,
    createdAt: at,
    updatedAt: at,
    ...(reason === undefined ? {} : { reason }),
    ...(sentence === undefined ? {} : { sentence }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function after(written: WriteOutcome, outcome: StepOutcome): StepOutcome | 'again' {
  if (written === 'done') return outcome;
  return written === 'handled' ? 'handled' : 'again';
}
