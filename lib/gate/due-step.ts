import type { Automation } from '../automation/automation.ts';
import type { Enrollment } from '../automation/enrollment.ts';
import { messageIdOf } from '../automation/enrollment.ts';
import { putEnrollment } from '../automation/enrollment-items.ts';
import {
  advanceEnrollment,
  deferPending,
  endOfWaiting,
  holdPending,
  renumberEnrollment,
  stopEnrollment,
} from '../automation/progress.ts';
import { currentStep } from '../automation/steps.ts';
import type { DueStep } from '../automation/work.ts';
import { render } from '../messaging/template.ts';
import { stepInput } from './decision-input.ts';
import { endOfRefusal, type Preparation } from './due-text.ts';
import type { LoadedStep } from './load-decision-input.ts';

/**
 * Prepares a step of an automation for a decision. A step that cannot be decided yields `skip`, `retry`, `hold` or `update`:
 * it is not due, was read for a number that has changed, or its automation is switched off or removed.
 *
 * @param table name of the outreach table. @param step the queue's record, with the step number at the time it was enqueued.
 */
export function prepareStep(table: string, step: DueStep, loaded: LoadedStep, now: Date): Preparation {
  const { enrollment, automation, lead, consent, settings, conversation } = loaded;
  if (enrollment?.status !== 'due' || enrollment.step !== step.step) return { kind: 'skip' };
  if (enrollment.dueAt > now.toISOString()) return { kind: 'skip' };
  if (enrollment.number !== consent.number) return { kind: 'retry' };
  const put = (next: Enrollment) => putEnrollment(table, next);
  if (lead && lead.number !== enrollment.number) {
    // The lead's number changed and this enrollment was not moved to the new number yet.
    const why = {
      reason: 'numberChanged',
      sentence: 'deferred: the lead has another number, whose consent is asked next',
    };
    return {
      kind: 'update',
      put: put(renumberEnrollment(enrollment, lead.number, now)),
      outcome: 'deferred',
      why,
    };
  }
  const current =
    automation && isSameAutomation(enrollment, automation) ? currentStep(automation, enrollment) : undefined;
  if (!automation || !lead || !current) {
    const why = { reason: 'automationRemoved', sentence: 'stopped: the automation or this step was removed' };
    return { kind: 'update', put: put(stopEnrollment(enrollment, why)), outcome: 'stopped', why };
  }
  if (!automation.enabled) {
    const why = { reason: 'automationDisabled', sentence: 'held: the automation is switched off' };
    return { kind: 'hold', put: put(holdPending(enrollment, why)), why };
  }
  const { leadId, automationId, number, firstDueAt, attempts, generation } = enrollment;
  const { id: stepId, template } = current;
  return {
    kind: 'ready',
    text: {
      messageId: messageIdOf(leadId, automationId, stepId, generation),
      number,
      settings,
      consent,
      conversation,
      describes: {
        leadId,
        automationId,
        step: step.step,
        stepId,
        ...(generation !== undefined && { generation }),
      },
      firstDueAt,
      attempts,
      input: {
        ...stepInput(automation, lead, enrollment, loaded.previous),
        senderRefusal: loaded.senderRefusal,
      },
      render: () =>
        render(template, { ...lead.details, organizationName: settings.organizationName }, settings.footer),
      held: (why) => {
        const end = endOfRefusal(why, loaded) ?? endOfWaiting(why.reason, enrollment, automation);
        return put(holdPending(enrollment, why, end));
      },
      deferred: (why, until) => put(deferPending(enrollment, why, until)),
      ended: (at) => put(advanceEnrollment(enrollment, automation, at)),
    },
  };
}

/** An automation that was removed and created again under the same id is another one, and its steps are not the lead's. */
function isSameAutomation({ automationCreatedAt }: Enrollment, { createdAt }: Automation): boolean {
  return automationCreatedAt === createdAt;
}
