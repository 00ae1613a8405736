import type { EnrollmentStore } from './enrollment-store.ts';
import { renumberEnrollment } from './progress.ts';

/**
 * Lets a lead's enrollments follow its number (T3, B2): what waited or was due is decided anew, on the new number's consent.
 * What a crash leaves behind, the gate moves when it meets it.
 */
export async function followNumber(
  enrollments: Pick<EnrollmentStore, 'ofLead' | 'replace'>,
  leadId: string,
  number: string,
  now: Date,
): Promise<void> {
  for (let behind = true; behind; ) {
    behind = false;
    for (const enrollment of await enrollments.ofLead(leadId)) {
      if (enrollment.number === number) continue;
      // Lost to another writer: read what they left, and move that.
      if (!(await enrollments.replace(renumberEnrollment(enrollment, number, now)))) behind = true;
    }
  }
}
