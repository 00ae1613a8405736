import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailure, readManyConsistently, readPartition } from '../runtime/dynamodb.ts';
import type { Enrollment, EnrollmentRef } from './enrollment.ts';
import {
  ENROLLMENT_PREFIX,
  enrollmentItem,
  enrollmentKey,
  enrollmentPartition,
  parseEnrollment,
  putOverVersion,
} from './enrollment-items.ts';

export interface EnrollmentStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** Leads in automations. */
export type EnrollmentStore = ReturnType<typeof createEnrollmentStore>;

export function createEnrollmentStore(deps: EnrollmentStoreDeps) {
  return {
    /** Enrols a lead once. @returns false when the lead is, or was, in that automation already. */
    add: (enrollment: Enrollment) => add(deps, enrollment),
    /** Strongly consistent. */
    get: (ref: EnrollmentRef) => get(deps, ref),
    /** The enrollments of some leads in one automation, by lead, those that there are. */
    ofLeads: (leadIds: readonly string[], automationId: string) => ofLeads(deps, leadIds, automationId),
    /** Every enrollment of a lead, strongly consistent. */
    ofLead: (leadId: string) => ofLead(deps, leadId),
    /** Writes an enrollment over the version it came from. @returns false when somebody else wrote it first. */
    replace: (enrollment: Enrollment) => replace(deps, enrollment),
  };
}

async function add({ client, table }: EnrollmentStoreDeps, enrollment: Enrollment): Promise<boolean> {
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: enrollmentItem(enrollment),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

async function get(
  { client, table }: EnrollmentStoreDeps,
  ref: EnrollmentRef,
): Promise<Enrollment | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: enrollmentKey(ref), ConsistentRead: true }),
  );
  return answer.Item && parseEnrollment(answer.Item);
}

async function ofLeads(
  { client, table }: EnrollmentStoreDeps,
  leadIds: readonly string[],
  automationId: string,
): Promise<Map<string, Enrollment>> {
  const keys = leadIds.map((leadId) => enrollmentKey({ leadId, automationId }));
  const found = (await readManyConsistently(client, table, keys)).map(parseEnrollment);
  return new Map(found.map((enrollment) => [enrollment.leadId, enrollment]));
}

async function ofLead({ client, table }: EnrollmentStoreDeps, leadId: string): Promise<Enrollment[]> {
  const range = { pk: enrollmentPartition(leadId), prefix: ENROLLMENT_PREFIX };
  return (await readPartition(client, table, range)).map(parseEnrollment);
}

async function replace({ client, table }: EnrollmentStoreDeps, enrollment: Enrollment): Promise<boolean> {
  try {
    await client.send(new PutCommand(putOverVersion(table, enrollment)));
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
