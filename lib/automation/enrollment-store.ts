import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Item, isConditionFailure } from '../runtime/dynamodb.ts';
import type { AutomationKind } from './automation.ts';
import { dueWork, type Enrollment, type EnrollmentRef, waitingWork } from './enrollment.ts';
import {
  ENROLLMENT_PREFIX,
  enrollmentItem,
  enrollmentKey,
  enrollmentPartition,
  parseEnrollment,
  putOverVersion,
  refOfKey,
  WORK_INDEX,
} from './enrollment-items.ts';

export interface EnrollmentStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** An entry of the due index. */
export interface DueEntry extends EnrollmentRef {
  readonly number: string;
  readonly step: number;
  readonly dueAt: string;
}

export interface Page<T> {
  readonly entries: readonly T[];
  /** Where the next page begins; undefined after the last. */
  readonly next: Item | undefined;
}

/** Leads in automations, what is due and who waits. */
export type EnrollmentStore = ReturnType<typeof createEnrollmentStore>;

export function createEnrollmentStore(deps: EnrollmentStoreDeps) {
  return {
    /** Enrols a lead once. @returns false when the lead is, or was, in that automation already. */
    add: (enrollment: Enrollment) => add(deps, enrollment),
    /** Strongly consistent. */
    get: (ref: EnrollmentRef) => get(deps, ref),
    /** Every enrollment of a lead, strongly consistent. */
    ofLead: (leadId: string) => ofLead(deps, leadId),
    /** Writes an enrollment over the version it came from. @returns false when somebody else wrote it first. */
    replace: (enrollment: Enrollment) => replace(deps, enrollment),
    /** What of one shard became due in a span of time, in order. @param from inclusive. @param to inclusive. */
    due: (
      kind: AutomationKind,
      shard: number,
      span: { from: string; to: string; limit: number },
      cursor?: Item,
    ) => due(deps, kind, shard, span, cursor),
    /** Who of one shard waits. */
    waiting: (shard: number, limit: number, cursor?: Item) => waiting(deps, shard, limit, cursor),
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

async function ofLead({ client, table }: EnrollmentStoreDeps, leadId: string): Promise<Enrollment[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': enrollmentPartition(leadId), ':prefix': ENROLLMENT_PREFIX },
    },
  );
  const found: Enrollment[] = [];
  for await (const page of pages) found.push(...(page.Items ?? []).map(parseEnrollment));
  return found;
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

async function due(
  { client, table }: EnrollmentStoreDeps,
  kind: AutomationKind,
  shard: number,
  { from, to, limit }: { from: string; to: string; limit: number },
  cursor?: Item,
): Promise<Page<DueEntry>> {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: '#work = :work AND workOrder BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': dueWork(kind, shard), ':from': from, ':to': to },
      Limit: limit,
      ExclusiveStartKey: cursor,
    }),
  );
  const entries = (page.Items ?? []).map((item) => ({
    ...refOfKey(item),
    number: String(item['number']),
    step: Number(item['step']),
    dueAt: String(item['workOrder']),
  }));
  return { entries, next: page.LastEvaluatedKey };
}

async function waiting(
  { client, table }: EnrollmentStoreDeps,
  shard: number,
  limit: number,
  cursor?: Item,
): Promise<Page<EnrollmentRef>> {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: '#work = :work',
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': waitingWork(shard) },
      Limit: limit,
      ExclusiveStartKey: cursor,
    }),
  );
  return { entries: (page.Items ?? []).map(refOfKey), next: page.LastEvaluatedKey };
}
