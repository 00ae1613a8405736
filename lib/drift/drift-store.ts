import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { type Item, readItem, type TableDeps } from '../runtime/dynamodb.ts';
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

/** Reports of how the registry and Twilio differed, and how far the comparison has come. */
export type DriftStore = ReturnType<typeof createDriftStore>;

export function createDriftStore(deps: TableDeps) {
  return {
    mark: async (): Promise<DriftMark> => {
      const item = await readItem(deps, driftMarkKey);
      return item ? markSchema.parse(item) : {};
    },
    putMark: async (mark: DriftMark): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: { ...driftMarkKey, ...mark } }));
    },
    /** Stores a difference once. @returns false when an earlier report told it. */
    putFinding: (finding: DriftFinding) => putFinding(deps, finding),
    putReport: async (report: DriftReport): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: driftReportItem(report) }));
    },
    /** Newest first. @param cursor the `next` of the page before. */
    reports: async (limit: number, cursor?: Item) => {
      const { items, next } = await pageOfCollection(deps, DRIFT_REPORTS, { limit, cursor });
      return { reports: items.map((item) => reportSchema.parse(item)), next };
    },
    /** What one report found, newest first. */
    findings: async (reportId: string, limit: number, cursor?: Item) => {
      const { items, next } = await pageOfCollection(deps, driftFindingsOf(reportId), { limit, cursor });
      return { findings: items.map((item) => driftFindingSchema.parse(item)), next };
    },
  };
}

async function putFinding({ client, table }: TableDeps, finding: DriftFinding): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: driftFindingItem(finding),
    ConditionExpression: 'attribute_not_exists(pk) OR reportId = :report',
    ExpressionAttributeValues: { ':report': finding.reportId },
  });
  return (await ifConditionHolds(client.send(put))) !== undefined;
}
