import { differences } from '../../lib/drift/drift.ts';
import type { TextLog } from '../../lib/drift/text-log.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { countBy, countOutcomes } from '../../lib/telemetry/telemetry.ts';
import { type DriftDeps, findDrift } from './find-drift.ts';
import { type FinishDeps, finishSubmissions } from './finish-submissions.ts';
import { type SettleDeps, settleClaims } from './settle-claims.ts';

export type ReconcileDeps = Omit<SettleDeps, 'carrier'> &
  FinishDeps &
  Omit<DriftDeps, 'log' | 'onCampaignBlocked'> & {
    readonly carrier: () => Promise<Carrier>;
    /** Creates a new log for each run, since a log caches the numbers of the sender's pool. */
    readonly log: () => Promise<TextLog>;
  };

/**
 * Settles claims, finishes submissions and finds drift, and counts the outcomes. The three parts run in parallel, so that a
 * submission that cannot be finished delays no claim.
 *
 * @throws AggregateError after all parts have ended, with the errors of those that failed.
 */
export async function runReconcile(deps: ReconcileDeps, hasTime: () => boolean): Promise<void> {
  const onCampaignBlocked = () => countOutcomes({ claimCampaignBlocked: 1 });
  const [claims, submissions, drift] = await Promise.allSettled([
    deps.carrier().then((carrier) => settleClaims({ ...deps, carrier }, hasTime)),
    finishSubmissions(deps, hasTime),
    deps.log().then((log) => findDrift({ ...deps, log, onCampaignBlocked }, hasTime)),
  ]);
  if (claims.status === 'fulfilled') countOutcomes(countBy('claim', claims.value));
  if (submissions.status === 'fulfilled') countOutcomes({ submissionFinished: submissions.value });
  if (drift.status === 'fulfilled' && drift.value) {
    const { found, settled, byDifference } = drift.value;
    const each = differences.flatMap((kind) => Array<typeof kind>(byDifference[kind] ?? 0).fill(kind));
    countOutcomes({ driftFound: found, driftSettled: settled, ...countBy('drift', each) });
  }
  const errors = [claims, submissions, drift].flatMap((part) =>
    part.status === 'rejected' ? [part.reason] : [],
  );
  if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be reconciled');
}
