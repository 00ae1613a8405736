import type { Item, Key } from '../runtime/dynamodb.ts';
import type { DriftFinding, DriftReport } from './drift.ts';

/** Key of the comparison's watermark in the outreach table. No other file spells the keys of drift items. */
export const driftMarkKey: Key = { pk: 'DRIFT', sk: 'MARK' };
/** Partition of the collection index for all reports, in the order of their times. */
export const DRIFT_REPORTS = 'DRIFT';
/** Partition of the collection index for the findings of one report. */
export const driftFindingsOf = (reportId: string) => `DRIFT#${reportId}`;

/** A report without findings is deleted after this many days. */
const EMPTY_DAYS = 90;
/** Findings and their reports are kept for five years. */
const KEPT_DAYS = 1826;

/** Converts a report to its item, which expires. */
export function driftReportItem(report: DriftReport): Item {
  return {
    pk: `DRIFT#${report.id}`,
    sk: 'REPORT',
    ...report,
    collection: DRIFT_REPORTS,
    collectionOrder: report.to,
    expiresAt: secondsAfter(report.endedAt, report.found > 0 ? KEPT_DAYS : EMPTY_DAYS),
  };
}

/** Converts a finding to its item. The key names the difference and the text, so that later reports cannot add it twice. */
export function driftFindingItem(finding: DriftFinding): Item {
  const { difference, messageSid, foundAt, reportId } = finding;
  return {
    pk: `DRIFT#${difference}#${messageSid}`,
    sk: 'FINDING',
    ...finding,
    collection: driftFindingsOf(reportId),
    collectionOrder: `${foundAt}#${messageSid}`,
    expiresAt: secondsAfter(foundAt, KEPT_DAYS),
  };
}

function secondsAfter(moment: string, days: number): number {
  return Math.floor(Date.parse(moment) / 1000) + days * 86_400;
}
