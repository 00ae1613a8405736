import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, isConditionFailure } from '../runtime/dynamodb.ts';
import { pageOfCollection } from '../tables/collection.ts';
import {
  type DriftFinding,
  type DriftMark,
  type DriftReport,
  driftFindingSchema,
  markSchema,
  reportSchema,
} from './drift.ts';
import {
  DRIFT_REPORTS,
  driftFindingItem,
  driftFindingsOf,
  driftMarkKey,
  driftReportItem,
} from './drift-items.ts';

export interface DriftStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** Stores the reports of the comparison with Twilio, their findings, and the comparison's watermark (X11). */
export type DriftStore = ReturnType<typeof createDriftStore>;

export function createDriftStore(deps: DriftStoreDeps) {
  return {
    mark: async (): Promise<DriftMark> => {
      const key = { TableName: deps.table, Key: driftMarkKey, ConsistentRead: true };
      const { Item } = await deps.client.send(new GetCommand(key));
      return Item ? markSchema.parse(Item) : {};
    },
    putMark: async (mark: DriftMark): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: { ...driftMarkKey, ...mark } }));
    },
    /** Stores a difference once. @returns false when an earlier report has it already. */
    putFinding: (finding: DriftFinding) => putFinding(deps, finding),
    putReport: async (report: DriftReport): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: driftReportItem(report) }));
    },
    /** Lists the reports, newest first. @param cursor the `next` of the page before. */
    reports: async (limit: number, cursor?: Item) => {
      const { items, next } = await pageOfCollection(deps.client, deps.table, DRIFT_REPORTS, limit, cursor);
      return { reports: items.map((item) => reportSchema.parse(item)), next };
    },
    /** Lists the findings of one report, newest first. @param cursor the `next` of the page before. */
    findings: async (reportId: string, limit: number, cursor?: Item) => {
      const { items, next } = await pageOfCollection(
        deps.client,
        deps.table,
        driftFindingsOf(reportId),
        limit,
        cursor,
      );
      return { findings: items.map((item) => driftFindingSchema.parse(item)), next };
    },
  };
}

async function putFinding({ client, table }: DriftStoreDeps, finding: DriftFinding): Promise<boolean> {
  try {
    const condition = { ConditionExpression: 'attribute_not_exists(pk) OR reportId = :report' };
    await client.send(
      new PutCommand({
        TableName: table,
        Item: driftFindingItem(finding),
        ...condition,
        ExpressionAttributeValues: { ':report': finding.reportId },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
