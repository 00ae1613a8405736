import type { Item, Key } from '../runtime/dynamodb.ts';
import type { DriftFinding, DriftReport } from './drift.ts';

/** How the comparison with Twilio lies in the outreach table. No other file spells these keys. */
export const driftMarkKey: Key = { pk: 'DRIFT', sk: 'MARK' };
/** Every report, by its time (collection index). */
export const DRIFT_REPORTS = 'DRIFT';
/** What one report found (collection index). */
export const driftFindingsOf = (reportId: string) => `DRIFT#${reportId}`;

/** A report that found nothing says no more after a season. One that did is kept as long as somebody may ask. */
const EMPTY_DAYS = 90;
const KEPT_DAYS = 1826;

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

/** One difference has one item, whichever report saw it first. */
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
