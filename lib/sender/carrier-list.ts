import * as z from 'zod';
import type { ConsentEvent, EventKind } from '../consent/consent-event.ts';
import type { ConsentState } from '../consent/state.ts';
import { sha256 } from '../runtime/sha256.ts';

export type ListStatus = 'opt-in' | 'opt-out';

/** One thing that Twilio is told about one number. */
export interface Notice {
  /** E.164. */
  readonly number: string;
  readonly status: ListStatus;
  readonly source: 'website' | 'offline' | 'opt-in-message' | 'opt-out-message' | 'others';
  /** ISO 8601 UTC. */
  readonly dateOfConsent: string;
  /** 32 hex digits; the same for the same event, however often it is told. */
  readonly correlationId: string;
  /** The event that is told of. */
  readonly because: number;
}

/** Twilio's list of who may not be texted, to write to. It cannot be read. */
export interface CarrierList {
  /**
   * @param notices 25 at most.
   * @returns the correlation ids of those that Twilio refused for good; it took the others.
   * @throws what the client throws when Twilio took nothing, or it is not known what it took: telling again is harmless.
   */
  syncConsents(notices: readonly Notice[]): Promise<ReadonlySet<string>>;
}

/** A record of the queue: somebody's consent changed in a way that Twilio may not know of. */
export const carrierListJobSchema = z.object({ number: z.string() });
export type CarrierListJob = z.infer<typeof carrierListJobSchema>;

const LIFTING: ReadonlySet<EventKind> = new Set([
  'explicitWeb',
  'manualOptIn',
  'handsetStart',
  'handsetYes',
  'handsetKeyword',
]);

/** Whether Twilio may not know of an event: it did not come through Twilio, or in words that Twilio does not act on. */
export function isNewsForCarrier({ kind, effect, evidence }: ConsentEvent): boolean {
  if (effect === 'late' || (kind !== 'optOut' && !LIFTING.has(kind))) return false;
  return evidence.source === 'handset' ? !evidence.carrierActs : evidence.source !== 'carrier';
}

/**
 * What Twilio is to be told of a number, from its consent as it is now and not as some event left it.
 *
 * @param told what it was told a moment ago, which is not said again.
 * @returns undefined when Twilio knows, or nothing speaks for changing its list.
 */
export function statusToSync(state: ConsentState, told: ListStatus | undefined): ListStatus | undefined {
  if (state.status === 'opted_out') return told === 'opt-out' ? undefined : 'opt-out';
  if (state.status !== 'opted_in' || told === 'opt-in') return undefined;
  return state.carrierBlocked || told === 'opt-out' ? 'opt-in' : undefined;
}

/** The notice about a number, resting on its last event that says the same; undefined when it has none. */
export function noticeOf(
  number: string,
  status: ListStatus,
  events: readonly ConsentEvent[],
): Notice | undefined {
  const event = events.findLast(
    ({ kind, effect }) => effect !== 'late' && (status === 'opt-out' ? kind === 'optOut' : LIFTING.has(kind)),
  );
  if (!event) return undefined;
  return {
    number,
    status,
    source: sourceOf(event, status),
    dateOfConsent: event.occurredAt,
    correlationId: sha256(`${number} ${status} ${event.sequence}`).slice(0, 32),
    because: event.sequence,
  };
}

function sourceOf({ evidence }: ConsentEvent, status: ListStatus): Notice['source'] {
  switch (evidence.source) {
    case 'form':
      return 'website';
    case 'handset':
      return status === 'opt-in' ? 'opt-in-message' : 'opt-out-message';
    case 'manual':
    case 'import':
      return 'offline';
    default:
      return 'others';
  }
}
