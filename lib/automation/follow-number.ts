import type { EnrollmentStore } from './enrollment-store.ts';
import { renumberEnrollment } from './progress.ts';

/**
 * Moves a lead's enrollments to its new number (T3, B2). The gate decides again on each held or due step, on the new number's
 * consent. After a crash in between, the gate moves the other enrollments when it reads them.
 *
 * @param number E.164.
 */
export async function followNumber(
  enrollments: Pick<EnrollmentStore, 'ofLead' | 'change'>,
  leadId: string,
  number: string,
  now: Date,
): Promise<void> {
  for (const current of await enrollments.ofLead(leadId)) {
    await enrollments.change(current, (enrollment) =>
      enrollment.number === number ? undefined : renumberEnrollment(enrollment, number, now),
    );
  }
}
