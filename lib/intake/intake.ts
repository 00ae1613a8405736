import type { EnrollmentStore } from '../automation/enrollment-store.ts';
import { enrollLead } from '../automation/progress.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { ConsentRegistry } from '../consent/registry.ts';
import type { CrmJobQueue } from '../crm/enqueue-crm-job.ts';
import { consentEventOf } from '../forms/consent-events.ts';
import type { ConsentStatement, Submission } from '../forms/submission.ts';
import type { SubmissionStore } from '../forms/submission-store.ts';
import type { LeadStore } from '../leads/lead-store.ts';
import { replyTo } from '../single-texts/confirmation-and-opt-out-reply.ts';
import { type EnqueueReplyDeps, enqueueReply } from '../single-texts/enqueue-reply.ts';

/** The stores that an intake reads and writes. */
export interface IntakeDeps extends EnqueueReplyDeps {
  readonly registry: Pick<ConsentRegistry, 'record'>;
  readonly leads: Pick<LeadStore, 'upsertByNumber'>;
  readonly enrollments: Pick<EnrollmentStore, 'add'>;
  readonly configuration: Pick<Configuration, 'automation' | 'settings'>;
  readonly submissions: Pick<SubmissionStore, 'markProcessed'>;
  readonly crmJobQueue: Pick<CrmJobQueue, 'enqueueCrmJob'>;
}

/**
 * Processes a stored submission: records its consents (H4, H5), creates or updates the lead, enrols it and queues its CRM job (H6,
 * H9). Each step has no effect when it is repeated, so after a crash all of them are repeated (X5).
 *
 * @returns id of the lead.
 */
export async function takeInLead(deps: IntakeDeps, submission: Submission): Promise<string> {
  for (const consent of submission.consents) await recordConsent(deps, submission, consent);
  const lead = await deps.leads.upsertByNumber(submission.number, submission.details);
  for (const automationId of submission.automations) {
    const automation = await deps.configuration.automation(automationId);
    if (automation?.enabled) {
      await deps.enrollments.add(
        enrollLead({ leadId: lead.id, automationId }, lead.number, automation, deps.now()),
      );
    }
  }
  const checkboxes = submission.consents.flatMap(({ checkbox }) => checkbox ?? []);
  const id = `form:${submission.formId}:${submission.uid}`;
  await deps.crmJobQueue.enqueueCrmJob({ number: submission.number, id, checkboxes });
  await deps.submissions.markProcessed(submission);
  return lead.id;
}

async function recordConsent(
  deps: IntakeDeps,
  submission: Submission,
  statement: ConsentStatement,
): Promise<void> {
  const settings = await deps.configuration.settings();
  const { event } = await deps.registry.record(consentEventOf(submission, statement, settings));
  // Stores the confirmation (B3) before the lead is enrolled, so that it leaves ahead of the first text. consent-changes enqueues it.
  const reply = replyTo(event, settings, undefined, deps.now());
  if (reply) await enqueueReply(deps, reply);
}
