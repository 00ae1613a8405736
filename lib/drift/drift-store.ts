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

/** Stores the reports of the comparison with Twilio, their findings, and the comparison's watermark (X11). */
export type DriftStore = ReturnType<typeof createDriftStore>;

export function createDriftStore(deps: TableDeps) {
  return {
    /** Reads the comparison's watermark. @returns an empty one before the first comparison. */
    mark: async (): Promise<DriftMark> => {
      const item = await readItem(deps, driftMarkKey);
      return item ? markSchema.parse(item) : {};
    },
    putMark: async (mark: DriftMark): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: { ...driftMarkKey, ...mark } }));
    },
    /** Stores a finding once. @returns false when another report has it already. */
    putFinding: (finding: DriftFinding) => putFinding(deps, finding),
    putReport: async (report: DriftReport): Promise<void> => {
      await deps.client.send(new PutCommand({ TableName: deps.table, Item: driftReportItem(report) }));
    },
    /** Lists the reports, newest first. @param cursor the `next` of the page before. */
    reports: async (limit: number, cursor?: Item) => {
      const { items, next } = await pageOfCollection(deps, DRIFT_REPORTS, { limit, cursor });
      return { reports: items.map((item) => reportSchema.parse(item)), next };
    },
    /** Lists the findings of one report, newest first. @param cursor the `next` of the page before. */
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
