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
/** A decision, or that nothing more leaves of the automation: it ended for the lead, or is gone. */
export type StepDecision = Verdicts & Pick<Decision, 'trace' | 'sentence' | 'warnings'>;

/** No table: what is prepared here is never written. */
const NO_TABLE = '';

/**
 * What would become of a lead's next step of an automation if it were decided now, by the steps that the gate takes (X1).
 *
 * @returns for a lead that is not in the automation, what the rules say of a step that would be new; undefined when there is no
 *   such lead or automation.
 */
export function whyStep(loaded: LoadedStep, now: Date): StepDecision | undefined {
  const { automation, lead, enrollment, settings, consent, conversation } = loaded;
  if (!automation || !lead) return undefined;
  const known = { settings, consent, conversation, now };
  if (!enrollment) {
    const switchedOff = { reason: 'automationDisabled', sentence: 'held: the automation is switched off' };
    return automation.enabled
      ? decide({ ...stepInput(automation, lead), ...known })
      : ahead({ kind: 'hold', reason: 'automationDisabled' }, switchedOff);
  }
  const ended = endOf(enrollment);
  if (ended) return ahead({ kind: 'stop', reason: ended.reason }, ended);
  const due = { ...enrollment, status: 'due' as const, dueAt: now.toISOString() };
  const step = { leadId: lead.id, automationId: automation.id, step: due.step, number: consent.number };
  const prepared = prepareStep(NO_TABLE, step, { ...loaded, enrollment: due }, now);
  switch (prepared.kind) {
    case 'skip':
    case 'retry':
      return undefined;
    case 'hold':
      return ahead({ kind: 'hold', reason: 'automationDisabled' }, prepared.why);
    case 'update': {
      const { reason } = prepared.why;
      const { outcome } = prepared;
      const verdict: Verdicts =
        outcome === 'stopped' ? { kind: 'stop', reason } : { kind: 'defer', reason, until: due.dueAt };
      return ahead(verdict, prepared.why);
    }
    case 'ready': {
      const decision = decide({ ...prepared.text.input, ...known });
      if (decision.kind !== 'send') return decision;
      const rendered = prepared.text.render();
      if (rendered.kind === 'rendered')
        return isLater(enrollment, now) ? later(enrollment, decision) : decision;
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

/** What is known before any rule is asked. */
function ahead(verdict: Verdicts, { sentence }: Why): StepDecision {
  const trace: Trace = [{ rule: 'automation', result: sentence }];
  return { ...verdict, sentence, trace, warnings: [] };
}

const isLater = ({ status, dueAt }: Enrollment, now: Date) => status === 'due' && dueAt > now.toISOString();

/** Every rule agrees, and it is not due: by its delay, or by what deferred it when it was decided last. */
function later({ dueAt, reason = 'notDue', sentence }: Enrollment, decision: Decision): StepDecision {
  const explanation = sentence ?? `deferred: due at ${dueAt}`;
  const trace = [...decision.trace, { rule: 'due', result: `due at ${dueAt}` }];
  return { kind: 'defer', reason, until: dueAt, sentence: explanation, trace, warnings: decision.warnings };
}
