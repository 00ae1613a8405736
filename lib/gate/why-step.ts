import type { Enrollment } from '../automation/enrollment.ts';
import type { Trace } from '../messaging/message.ts';
import { sayUnrendered } from '../messaging/template.ts';
import { decide } from './decide.ts';
import type { Decision, Verdict } from './decision.ts';
import { stepInput } from './decision-input.ts';
import { prepareStep } from './due-step.ts';
import type { Why } from './due-text.ts';
import type { LoadedStep } from './load-decision-input.ts';

type Verdicts = Verdict | { readonly kind: 'hold' | 'stop'; readonly reason: string };
/** A decision about a step; `stop` when no further step leaves, because the enrollment ended or the automation was removed. */
export type StepDecision = Verdicts & Pick<Decision, 'trace' | 'sentence' | 'warnings'>;

/** Stands in for the table's name: the prepared writes are never sent. */
const NO_TABLE = '';

/**
 * Decides a lead's next step of an automation as the gate would now, without writing anything (X1).
 *
 * @returns the decision; for a lead outside the automation, the decision about its first step. Undefined when the lead or the
 *   automation does not exist, or the items were read while the lead's number changed.
 */
export function whyStep(loaded: LoadedStep, now: Date): StepDecision | undefined {
  const { automation, lead, enrollment, settings, consent, conversation } = loaded;
  if (!automation || !lead) return undefined;
  const current = { settings, consent, conversation, now, senderRefusal: loaded.senderRefusal };
  if (!enrollment) {
    const switchedOff = { reason: 'automationDisabled', sentence: 'held: the automation is switched off' };
    return automation.enabled
      ? decide({ ...stepInput(automation, lead), ...current })
      : decidedWithoutRules({ kind: 'hold', reason: 'automationDisabled' }, switchedOff);
  }
  const ended = endOf(enrollment);
  if (ended) return decidedWithoutRules({ kind: 'stop', reason: ended.reason }, ended);
  const due = { ...enrollment, status: 'due' as const, dueAt: now.toISOString() };
  const step = { leadId: lead.id, automationId: automation.id, step: due.step, number: consent.number };
  const prepared = prepareStep(NO_TABLE, step, { ...loaded, enrollment: due }, now);
  switch (prepared.kind) {
    case 'skip':
    case 'retry':
      return undefined;
    case 'hold':
      return decidedWithoutRules({ kind: 'hold', reason: 'automationDisabled' }, prepared.why);
    case 'update': {
      const { reason } = prepared.why;
      const { outcome } = prepared;
      const verdict: Verdicts =
        outcome === 'stopped' ? { kind: 'stop', reason } : { kind: 'defer', reason, until: due.dueAt };
      return decidedWithoutRules(verdict, prepared.why);
    }
    case 'ready': {
      const decision = decide({ ...prepared.text.input, ...current });
      if (decision.kind !== 'send') return decision;
      const rendered = prepared.text.render();
      if (rendered.kind === 'rendered')
        return isNotYetDue(enrollment, now) ? deferredUntilDue(enrollment, decision) : decision;
      const explanation = sayUnrendered(rendered);
      const trace = [...decision.trace, { rule: 'template', result: explanation }];
      return {
        ...decision,
        kind: 'refuse',
        reason: rendered.kind,
        sentence: `refused: ${explanation}`,
        trace,
      };
    }
  }
}

function endOf({ status, reason, sentence }: Enrollment): Why | undefined {
  if (status === 'stopped') return { reason: reason ?? 'stopped', sentence: sentence ?? 'stopped' };
  if (status !== 'completed') return undefined;
  return { reason: 'completed', sentence: 'ended: every step was sent, or ended with a reason of its own' };
}

/** A decision that needs no rule: the state of the enrollment or of the automation settles it. */
function decidedWithoutRules(verdict: Verdicts, { sentence }: Why): StepDecision {
  const trace: Trace = [{ rule: 'automation', result: sentence }];
  return { ...verdict, sentence, trace, warnings: [] };
}

function isNotYetDue({ status, dueAt }: Enrollment, now: Date): boolean {
  return status === 'due' && dueAt > now.toISOString();
}

/** Defers a step that every rule lets pass but that is not due yet, because of its delay or of its last deferral. */
function deferredUntilDue(
  { dueAt, reason = 'notDue', sentence }: Enrollment,
  decision: Decision,
): StepDecision {
  const explanation = sentence ?? `deferred: due at ${dueAt}`;
  const trace = [...decision.trace, { rule: 'due', result: `due at ${dueAt}` }];
  return { kind: 'defer', reason, until: dueAt, sentence: explanation, trace, warnings: decision.warnings };
}
