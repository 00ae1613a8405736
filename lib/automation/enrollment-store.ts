import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { changeVersioned, LOST } from '../runtime/change-versioned.ts';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { readItem, readManyConsistently, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import { putIfAbsent } from '../runtime/item-conditions.ts';
import type { Enrollment, EnrollmentRef } from './enrollment.ts';
import {
  ENROLLMENT_PREFIX,
  enrollmentItem,
  enrollmentKey,
  enrollmentPartition,
  parseEnrollment,
  putEnrollment,
} from './enrollment-items.ts';

/** Reads and writes enrollments in the outreach table. */
export type EnrollmentStore = ReturnType<typeof createEnrollmentStore>;

/** @param deps.table the outreach table. */
export function createEnrollmentStore(deps: TableDeps) {
  return {
    /** Enrols a lead once. @returns false when the lead is, or was, in that automation already. */
    add: (enrollment: Enrollment) => add(deps, enrollment),
    /** Reads one enrollment, strongly consistent. */
    get: (ref: EnrollmentRef) => get(deps, ref),
    /** Reads the enrollments of some leads in one automation. @returns those that exist, by lead id. */
    ofLeads: (leadIds: readonly string[], automationId: string) => ofLeads(deps, leadIds, automationId),
    /** Reads every enrollment of a lead, strongly consistent. */
    ofLead: (leadId: string) => ofLead(deps, leadId),
    /** Replaces the version before. @returns false when another writer was first. */
    replace: (enrollment: Enrollment) => replace(deps, enrollment),
    /**
     * Changes an enrollment, also while others write it.
     *
     * @param current as it was read a moment ago. @param next returns undefined when there is nothing to change.
     */
    change: (current: Enrollment, next: (enrollment: Enrollment) => Enrollment | undefined) =>
      change(deps, current, next),
  };
}

async function add({ client, table }: TableDeps, enrollment: Enrollment): Promise<boolean> {
  const put = new PutCommand(putIfAbsent(table, enrollmentItem(enrollment)));
  return (await ifConditionHolds(client.send(put))) !== undefined;
}

async function get(deps: TableDeps, ref: EnrollmentRef): Promise<Enrollment | undefined> {
  const item = await readItem(deps, enrollmentKey(ref));
  return item && parseEnrollment(item);
}

async function ofLeads(
  { client, table }: TableDeps,
  leadIds: readonly string[],
  automationId: string,
): Promise<Map<string, Enrollment>> {
  const keys = leadIds.map((leadId) => enrollmentKey({ leadId, automationId }));
  const enrollments = (await readManyConsistently(client, table, keys)).map(parseEnrollment);
  return new Map(enrollments.map((enrollment) => [enrollment.leadId, enrollment]));
}

async function ofLead({ client, table }: TableDeps, leadId: string): Promise<Enrollment[]> {
  const range = { pk: enrollmentPartition(leadId), prefix: ENROLLMENT_PREFIX };
  return (await readPartition(client, table, range)).map(parseEnrollment);
}

async function replace({ client, table }: TableDeps, enrollment: Enrollment): Promise<boolean> {
  const put = new PutCommand(putEnrollment(table, enrollment));
  return (await ifConditionHolds(client.send(put))) !== undefined;
}

async function change(
  deps: TableDeps,
  current: Enrollment,
  next: (enrollment: Enrollment) => Enrollment | undefined,
): Promise<void> {
  await changeVersioned('An enrollment', {
    known: current,
    read: () => get(deps, current),
    change: (enrollment) => enrollment && next(enrollment),
    write: async (changed) => (await replace(deps, changed)) || LOST,
  });
}
