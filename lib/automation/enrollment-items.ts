import type { Item, Key } from '../runtime/dynamodb.ts';
import { dueWork, shardOf, waitingOrder, waitingWork } from '../tables/outreach.ts';
import { type Enrollment, type EnrollmentRef, enrollmentSchema } from './enrollment.ts';

/** How enrollments lie in the outreach table. No other file spells these keys. */
export const ENROLLMENT_PREFIX = 'ENROLLMENT#';

export const enrollmentPartition = (leadId: string) => `LEAD#${leadId}`;
export const enrollmentKey = ({ leadId, automationId }: EnrollmentRef): Key => ({
  pk: enrollmentPartition(leadId),
  sk: `${ENROLLMENT_PREFIX}${automationId}`,
});

/** The stored form: an enrollment that can go stands in the due index, one that waits in the waiting index. */
export function enrollmentItem(enrollment: Enrollment): Item {
  return { ...enrollmentKey(enrollment), ...enrollment, ...placeInIndex(enrollment) };
}

function placeInIndex(enrollment: Enrollment): Item {
  const { status, kind, leadId, number, automationId, dueAt, waitsUntil } = enrollment;
  switch (status) {
    case 'due':
      return { work: dueWork(kind, shardOf(leadId)), workOrder: dueAt };
    case 'waiting':
      return {
        work: waitingWork(shardOf(number)),
        workOrder: waitingOrder(`${number}#${leadId}#${automationId}`, waitsUntil),
      };
    default:
      return {};
  }
}

/** Puts an enrollment over the version it came from: one condition for whoever writes enrollments. */
export function putOverVersion(table: string, enrollment: Enrollment) {
  return {
    TableName: table,
    Item: enrollmentItem(enrollment),
    ConditionExpression: '#version = :before',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':before': enrollment.version - 1 },
  };
}

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
