import type { Enrollment } from '../../lib/automation/enrollment.ts';
import { messageIdOf } from '../../lib/automation/enrollment.ts';
import { putOverVersion } from '../../lib/automation/enrollment-items.ts';
import { advance, defer, hold, renumber, stop } from '../../lib/automation/progress.ts';
import type { DueStep } from '../../lib/automation/work.ts';
import { askStep } from '../../lib/gate/asks.ts';
import type { StepFacts } from '../../lib/gate/facts.ts';
import { render } from '../../lib/messaging/template.ts';
import type { Prepared } from './due-text.ts';

/** An automation's step as a due text. @param table the outreach table. */
export function stepText(table: string, step: DueStep, facts: StepFacts, now: Date): Prepared {
  const { enrollment, automation, lead, consent, settings, conversation } = facts;
  if (enrollment?.status !== 'due' || enrollment.step !== step.step) return { kind: 'notDue' };
  if (enrollment.dueAt > now.toISOString()) return { kind: 'notDue' };
  if (enrollment.number !== consent.number) return { kind: 'again' };
  const put = (next: Enrollment) => putOverVersion(table, next);
  if (lead && lead.number !== enrollment.number) {
    // The lead's number changed and its enrollments did not follow to the end.
    return { kind: 'moves', put: put(renumber(enrollment, lead.number, now)), outcome: 'deferred' };
  }
  const template = automation?.steps[step.step]?.template;
  if (!automation || !lead || template === undefined) {
    const why = { reason: 'automationRemoved', sentence: 'stopped: the automation or this step was removed' };
    return { kind: 'moves', put: put(stop(enrollment, why)), outcome: 'stopped' };
  }
  if (!automation.enabled) {
    const why = { reason: 'automationDisabled', sentence: 'held: the automation is switched off' };
    return { kind: 'holds', put: put(hold(enrollment, why)) };
  }
  const { leadId, automationId, number, firstDueAt, attempts } = enrollment;
  return {
    kind: 'ready',
    text: {
      messageId: messageIdOf(leadId, automationId, step.step),
      number,
      settings,
      consent,
      conversation,
      describes: { leadId, automationId, step: step.step },
      firstDueAt,
      attempts,
      asks: askStep(automation, lead, enrollment),
      render: () =>
        render(template, { ...lead.details, organizationName: settings.organizationName }, settings.footer),
      held: (why) => put(hold(enrollment, why)),
      deferred: (why, until) => put(defer(enrollment, why, until)),
      ended: (at) => put(advance(enrollment, automation, at)),
    },
  };
}
