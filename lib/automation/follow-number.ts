import type { EnrollmentStore } from './enrollment-store.ts';
import { renumberEnrollment } from './progress.ts';

/**
 * Lets a lead's enrollments follow its number (T3, B2): what waited or was due is decided anew, on the new number's consent.
 * What a crash leaves behind, the gate moves when it meets it.
 */
export async function followNumber(
  enrollments: Pick<EnrollmentStore, 'ofLead' | 'change'>,
  leadId: string,
  number: string,
  now: Date,
): Promise<void> {
  for (const found of await enrollments.ofLead(leadId)) {
    await enrollments.change(found, (enrollment) =>
      enrollment.number === number ? undefined : renumberEnrollment(enrollment, number, now),
    );
  }
}
