import type { Item, Key } from '../runtime/dynamodb.ts';
import { putOverVersion } from '../runtime/item-conditions.ts';
import { placeInWorkIndex } from '../tables/pending.ts';
import { type Enrollment, type EnrollmentRef, enrollmentSchema } from './enrollment.ts';

/** How enrollments lie in the outreach table. No other file spells these keys. */
export const ENROLLMENT_PREFIX = 'ENROLLMENT#';

export const enrollmentPartition = (leadId: string) => `LEAD#${leadId}`;
export const enrollmentKey = ({ leadId, automationId }: EnrollmentRef): Key => ({
  pk: enrollmentPartition(leadId),
  sk: `${ENROLLMENT_PREFIX}${automationId}`,
});

/** The stored form: an enrollment that can go stands in the due index, one that waits in the waiting index. */
export function enrollmentItem(enrollment: Enrollment) {
  const { leadId, automationId, kind } = enrollment;
  const place = { kind, owner: leadId, id: `${leadId}#${automationId}` };
  return { ...enrollmentKey(enrollment), ...enrollment, ...placeInWorkIndex(enrollment, place) };
}

/** Puts an enrollment over the version it came from. */
export const putEnrollment = (table: string, enrollment: Enrollment) =>
  putOverVersion(table, enrollmentItem(enrollment));

export function parseEnrollment(item: Item): Enrollment {
  return enrollmentSchema.parse(item);
}

/** Reads back which enrollment an entry of the work index belongs to. */
export function refOfKey(key: Item): EnrollmentRef {
  return {
    leadId: String(key['pk']).slice('LEAD#'.length),
    automationId: String(key['sk']).slice(ENROLLMENT_PREFIX.length),
  };
}
