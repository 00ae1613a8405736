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

/** How the work on one number ended. Only `unsettled` goes back to the queue. */
export type SyncOutcome =
  /** Twilio's list says what the registry says: it was told, or there was nothing to tell. */
  | 'told'
  | 'inStep'
  /** Twilio refuses what it is told of this number, and would again. */
  | 'refused'
  /** A toll-free sender's list is the network's. */
  | 'tollFree'
  /** Consent changed again and again while Twilio was being told. */
  | 'unsettled';

/** Consent may change while Twilio is told: so often is it looked at again. */
const ROUNDS = 4;

interface Prepared {
  readonly notice: Notice;
  /** When the consent that the notice rests on was read. */
  readonly readAt: string;
}

/**
 * Tells Twilio what the registry says of some numbers (X9).
 *
 * What is told is the consent of now, read again after each call: a STOP that comes while an opt-in is on its way is told
 * after it. Telling twice changes nothing. Twilio counts as blocking before it is told to block, and as unblocking only
 * once it has taken the opt-in: whatever breaks in between, no text goes out that should not.
 *
 * @param numbers 25 at most.
 * @throws what the client throws when Twilio took nothing: the records go back to the queue.
 */
export async function syncConsent(
  deps: SyncConsentDeps,
  numbers: readonly string[],
): Promise<Map<string, SyncOutcome>> {
  const outcomes = new Map<string, SyncOutcome>();
  if (isTollFree(deps.sender)) return new Map(numbers.map((number) => [number, 'tollFree']));
  const told = new Map<string, ListStatus>();
  let open = [...new Set(numbers)];
  for (let round = 0; round < ROUNDS && open.length > 0; round++) {
    const prepared = await Promise.all(open.map((number) => prepare(deps, number, told.get(number))));
    const [next, settled] = split(open, prepared);
    for (const number of settled) outcomes.set(number, told.has(number) ? 'told' : 'inStep');
    if (next.length === 0) return outcomes;
    const refused = await deps.carrierList.syncConsents(next.map(({ notice }) => notice));
    for (const { notice, readAt } of next) {
      if (refused.has(notice.correlationId)) outcomes.set(notice.number, 'refused');
      else {
        if (notice.status === 'opt-in') await recordTold(deps, notice, readAt);
        told.set(notice.number, notice.status);
      }
    }
    open = next.map(({ notice }) => notice.number).filter((number) => outcomes.get(number) !== 'refused');
  }
  for (const number of open) outcomes.set(number, 'unsettled');
  return outcomes;
}

function split(open: readonly string[], prepared: readonly (Prepared | undefined)[]) {
  const settled = open.filter((_, index) => prepared[index] === undefined);
  return [prepared.filter((each) => each !== undefined), settled] as const;
}

function prepare(
  deps: SyncConsentDeps,
  number: string,
  told: ListStatus | undefined,
): Promise<Prepared | undefined> {
  return retryLost('What Twilio is told of a number', async () => {
    const readAt = deps.now().toISOString();
    const state = await deps.registry.read(number);
    const status = statusToSync(state, told);
    const notice = status && noticeOf(number, status, await deps.registry.events(number));
    if (!notice) return undefined;
    if (notice.status === 'opt-in' || state.carrierBlocked) return { notice, readAt };
    // Counted as blocked from here on: an opt-in that comes now waits until Twilio has been told of it.
    const blocked = await recordTold(deps, notice, readAt);
    return blocked.status === 'opted_out' ? { notice, readAt } : LOST;
  });
}

async function recordTold(deps: SyncConsentDeps, notice: Notice, readAt: string): Promise<ConsentState> {
  const { number, status, because, correlationId, dateOfConsent } = notice;
  const { state } = await deps.registry.record({
    number,
    kind: status === 'opt-in' ? 'carrierUnblocked' : 'carrierBlocked',
    // Not before the event it follows, whichever machine's clock runs behind.
    occurredAt: readAt > dateOfConsent ? readAt : dateOfConsent,
    sourceId: `carrier-list:${status}:${because}`,
    evidence: { source: 'carrierList', sender: deps.sender, told: status, because, correlationId },
  });
  return state;
}
