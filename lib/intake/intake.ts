import type { Automation } from '../automation/automation.ts';
import { enrolBySubmission } from '../automation/enroll-again.ts';
import type { EnrollmentStore } from '../automation/enrollment-store.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { ConsentRegistry } from '../consent/registry.ts';
import type { CrmJobQueue } from '../crm/enqueue-crm-job.ts';
import { consentEventOf } from '../forms/consent-events.ts';
import type { ConsentStatement, EnrolledIn, Submission } from '../forms/submission.ts';
import type { SubmissionStore } from '../forms/submission-store.ts';
import type { Lead } from '../leads/lead.ts';
import type { LeadStore } from '../leads/lead-store.ts';
import { replyTo } from '../single-texts/confirmation-and-opt-out-reply.ts';
import { type EnqueueReplyDeps, enqueueReply } from '../single-texts/enqueue-reply.ts';

/** The stores that an intake reads and writes. */
export interface IntakeDeps extends EnqueueReplyDeps {
  readonly registry: Pick<ConsentRegistry, 'record' | 'read'>;
  readonly leads: Pick<LeadStore, 'upsertByNumber'>;
  readonly enrollments: Pick<EnrollmentStore, 'add' | 'get' | 'replace' | 'beginAgain'>;
  readonly configuration: Pick<Configuration, 'automation' | 'settings'>;
  readonly submissions: Pick<SubmissionStore, 'markProcessed'>;
  readonly crmJobQueue: Pick<CrmJobQueue, 'enqueueCrmJob'>;
}

/** What a submission came to: its lead, and what it did to the lead's enrollments. */
export interface TakenIn {
  readonly leadId: string;
  readonly enrolled: readonly EnrolledIn[];
}

/**
 * Processes a stored submission: records its consents (H4, H5), creates or updates the lead, enrols it and queues its CRM job (H6,
 * H9). Each step has no effect when it is repeated, so after a crash all of them are repeated (X5).
 */
export async function takeInLead(deps: IntakeDeps, submission: Submission): Promise<TakenIn> {
  for (const consent of submission.consents) await recordConsent(deps, submission, consent);
  const lead = await deps.leads.upsertByNumber(submission.number, submission.details);
  const enrolled = await enrol(deps, submission, lead);
  const checkboxes = submission.consents.flatMap(({ checkbox }) => checkbox ?? []);
  await deps.crmJobQueue.enqueueCrmJob({ number: submission.number, id: idOf(submission), checkboxes });
  await deps.submissions.markProcessed(submission, enrolled);
  return { leadId: lead.id, enrolled };
}

const idOf = ({ formId, uid }: Submission) => `form:${formId}:${uid}`;

/** Enrols the lead also in an automation that is switched off: the gate holds its texts until it is on again. */
async function enrol(deps: IntakeDeps, submission: Submission, lead: Lead): Promise<EnrolledIn[]> {
  const { receivedAt } = submission;
  const enrolled: EnrolledIn[] = [];
  for (const automationId of submission.automations) {
    const automation = await deps.configuration.automation(automationId);
    if (!automation) continue;
    const ref = { leadId: lead.id, automationId, number: lead.number };
    const enrolling = { id: idOf(submission), receivedAt };
    const did = await enrolBySubmission(deps.enrollments, ref, automation, enrolling, deps.now());
    enrolled.push({ automationId, did, ...(await waitOf(deps, submission, automation)) });
  }
  return enrolled;
}

async function waitOf(deps: IntakeDeps, { number }: Submission, { enabled }: Automation) {
  if (!enabled) return { waitsFor: 'automationPaused' } as const;
  const [settings, state] = await Promise.all([deps.configuration.settings(), deps.registry.read(number)]);
  const isMissing = state.status === 'opted_out' || (settings.requireSmsOptIn && state.status === 'none');
  return isMissing ? ({ waitsFor: 'consent' } as const) : {};
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
