import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { ConsentState } from '../../lib/consent/state.ts';
import { LOST, retryLost } from '../../lib/runtime/change-versioned.ts';
import {
  type CarrierList,
  type ListStatus,
  type Notice,
  noticeOf,
  statusToSync,
} from '../../lib/sender/carrier-list.ts';
import { isTollFree } from '../../lib/sender/sender.ts';

export interface SyncConsentDeps {
  readonly registry: Pick<ConsentRegistry, 'read' | 'events' | 'record'>;
  readonly carrierList: CarrierList;
  readonly sender: string;
  readonly now: () => Date;
}

/** The outcome of the sync of one number. Only `unsettled` goes back to the queue. */
export type SyncOutcome =
  /** Twilio's list agrees with the registry, after a report. */
  | 'told'
  /** Twilio's list agreed with the registry already. */
  | 'inStep'
  /** Twilio refuses the report of this number, and would refuse it again. */
  | 'refused'
  /** The sender is toll-free: the network keeps its list, so nothing is reported. */
  | 'tollFree'
  /** Consent changed in every round. */
  | 'unsettled';

/** Consent may change while it is reported to Twilio. It is read and reported again, up to this many times in all. */
const MAXIMUM_ROUNDS = 4;

interface PreparedNotice {
  readonly notice: Notice;
  /** When the consent was read that the notice rests on, ISO 8601. */
  readonly readAt: string;
}

/**
 * Reports the registry's consent of some numbers to Twilio's list (X9).
 *
 * Each round reports the present consent and reads it again, so that a STOP which comes during the report of an opt-in is
 * reported after it. Reporting twice changes nothing. A number counts as blocked before the block is reported, and as unblocked
 * only once Twilio has accepted the opt-in. So no text leaves wrongly after a crash at any point.
 *
 * @param numbers 25 at most.
 * @returns the outcome of each number.
 * @throws the client's error when Twilio accepted nothing. The records go back to the queue.
 */
export async function syncConsent(
  deps: SyncConsentDeps,
  numbers: readonly string[],
): Promise<Map<string, SyncOutcome>> {
  const outcomes = new Map<string, SyncOutcome>();
  if (isTollFree(deps.sender)) return new Map(numbers.map((number) => [number, 'tollFree']));
  const reported = new Map<string, ListStatus>();
  let remaining = [...new Set(numbers)];
  for (let round = 0; round < MAXIMUM_ROUNDS && remaining.length > 0; round++) {
    const prepared = await Promise.all(
      remaining.map((number) => prepareNotice(deps, number, reported.get(number))),
    );
    const [next, inStep] = splitPrepared(remaining, prepared);
    for (const number of inStep) outcomes.set(number, reported.has(number) ? 'told' : 'inStep');
    if (next.length === 0) return outcomes;
    const refused = await deps.carrierList.syncConsents(next.map(({ notice }) => notice));
    for (const { notice, readAt } of next) {
      if (refused.has(notice.correlationId)) outcomes.set(notice.number, 'refused');
      else {
        if (notice.status === 'opt-in') await recordReport(deps, notice, readAt);
        reported.set(notice.number, notice.status);
      }
    }
    remaining = next
      .map(({ notice }) => notice.number)
      .filter((number) => outcomes.get(number) !== 'refused');
  }
  for (const number of remaining) outcomes.set(number, 'unsettled');
  return outcomes;
}

/** Separates the notices to send from the numbers that need none. */
function splitPrepared(numbers: readonly string[], prepared: readonly (PreparedNotice | undefined)[]) {
  const inStep = numbers.filter((_, index) => prepared[index] === undefined);
  return [prepared.filter((notice) => notice !== undefined), inStep] as const;
}

/**
 * Prepares the notice of a number's present consent. Records Twilio's block ahead of an opt-out.
 *
 * @param reported the status that was reported last in this run.
 * @returns undefined when there is nothing to report.
 */
function prepareNotice(
  deps: SyncConsentDeps,
  number: string,
  reported: ListStatus | undefined,
): Promise<PreparedNotice | undefined> {
  return retryLost('What Twilio is told of a number', async () => {
    const readAt = deps.now().toISOString();
    const state = await deps.registry.read(number);
    const status = statusToSync(state, reported);
    const notice = status && noticeOf(number, status, await deps.registry.events(number));
    if (!notice) return undefined;
    if (notice.status === 'opt-in' || state.carrierBlocked) return { notice, readAt };
    // The number counts as blocked from here on. An opt-in that comes now waits until Twilio has accepted it.
    const blocked = await recordReport(deps, notice, readAt);
    return blocked.status === 'opted_out' ? { notice, readAt } : LOST;
  });
}

/** Records in the registry that Twilio blocks or unblocks a number, by our report. */
async function recordReport(deps: SyncConsentDeps, notice: Notice, readAt: string): Promise<ConsentState> {
  const { number, status, because, correlationId, dateOfConsent } = notice;
  const { state } = await deps.registry.record({
    number,
    kind: status === 'opt-in' ? 'carrierUnblocked' : 'carrierBlocked',
    // Machines' clocks differ. The time must not precede the event that is reported.
    occurredAt: readAt > dateOfConsent ? readAt : dateOfConsent,
    sourceId: `carrier-list:${status}:${because}`,
    evidence: { source: 'carrierList', sender: deps.sender, told: status, because, correlationId },
  });
  return state;
}
