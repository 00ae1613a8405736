import type { Enrollment } from '../automation/enrollment.ts';
import { messageIdOf } from '../automation/enrollment.ts';
import { putOverVersion } from '../automation/enrollment-items.ts';
import { advance, defer, endOfWaiting, hold, renumber, stop } from '../automation/progress.ts';
import type { DueStep } from '../automation/work.ts';
import { render } from '../messaging/template.ts';
import { askStep } from './decision-input.ts';
import type { Prepared } from './due-text.ts';
import type { StepFacts } from './load-decision-input.ts';

/** An automation's step as a due text. @param table the outreach table. */
export function stepText(table: string, step: DueStep, facts: StepFacts, now: Date): Prepared {
  const { enrollment, automation, lead, consent, settings, conversation } = facts;
  if (enrollment?.status !== 'due' || enrollment.step !== step.step) return { kind: 'notDue' };
  if (enrollment.dueAt > now.toISOString()) return { kind: 'notDue' };
  if (enrollment.number !== consent.number) return { kind: 'again' };
  const put = (next: Enrollment) => putOverVersion(table, next);
  if (lead && lead.number !== enrollment.number) {
    // The lead's number changed and its enrollments did not follow to the end.
    const why = {
      reason: 'numberChanged',
      sentence: 'deferred: the lead has another number, whose consent is asked next',
    };
    return { kind: 'moves', put: put(renumber(enrollment, lead.number, now)), outcome: 'deferred', why };
  }
  const template = automation?.steps[step.step]?.template;
  if (!automation || !lead || template === undefined) {
    const why = { reason: 'automationRemoved', sentence: 'stopped: the automation or this step was removed' };
    return { kind: 'moves', put: put(stop(enrollment, why)), outcome: 'stopped', why };
  }
  if (!automation.enabled) {
    const why = { reason: 'automationDisabled', sentence: 'held: the automation is switched off' };
    return { kind: 'holds', put: put(hold(enrollment, why)), why };
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
      held: (why) => put(hold(enrollment, why, endOfWaiting(why.reason, enrollment, automation))),
      deferred: (why, until) => put(defer(enrollment, why, until)),
      ended: (at) => put(advance(enrollment, automation, at)),
    },
  };
}
