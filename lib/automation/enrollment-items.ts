import type { Item, Key } from '../runtime/dynamodb.ts';
import { putOverVersion } from '../runtime/item-conditions.ts';
import { placeInWorkIndex } from '../tables/pending.ts';
import { type Enrollment, type EnrollmentRef, enrollmentSchema } from './enrollment.ts';

/** Prefix of an enrollment's sort key in the outreach table. No other file spells these keys. */
export const ENROLLMENT_PREFIX = 'ENROLLMENT#';

/** Names the partition that holds a lead and its enrollments. */
export const enrollmentPartition = (leadId: string) => `LEAD#${leadId}`;
/** Builds the key of an enrollment. */
export const enrollmentKey = ({ leadId, automationId }: EnrollmentRef): Key => ({
  pk: enrollmentPartition(leadId),
  sk: `${ENROLLMENT_PREFIX}${automationId}`,
});

/** Builds the stored item. A due enrollment is in the due index, a held one in the waiting index (X4). */
export function enrollmentItem(enrollment: Enrollment) {
  const { leadId, automationId, kind } = enrollment;
  const place = { kind, owner: leadId, id: `${leadId}#${automationId}` };
  return { ...enrollmentKey(enrollment), ...enrollment, ...placeInWorkIndex(enrollment, place) };
}

/** Builds a put that replaces an enrollment if its stored version is still the one before. */
export const putEnrollment = (table: string, enrollment: Enrollment) =>
  putOverVersion(table, enrollmentItem(enrollment));

/** Parses a stored enrollment. @throws ZodError for an item that is none. */
export function parseEnrollment(item: Item): Enrollment {
  return enrollmentSchema.parse(item);
}

/** Reads the ids of an enrollment from its key, as an entry of the work index has it. */
export function enrollmentRefOfKey(key: Item): EnrollmentRef {
  return {
    leadId: String(key['pk']).slice('LEAD#'.length),
    automationId: String(key['sk']).slice(ENROLLMENT_PREFIX.length),
  };
}
