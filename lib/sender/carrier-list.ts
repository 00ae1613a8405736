import * as z from 'zod';
import type { ConsentEvent, EventKind } from '../consent/consent-event.ts';
import type { ConsentState } from '../consent/state.ts';
import { sha256 } from '../runtime/sha256.ts';

export type ListStatus = 'opt-in' | 'opt-out';

/** A consent change of one number to report to Twilio. */
export interface Notice {
  /** E.164. */
  readonly number: string;
  readonly status: ListStatus;
  readonly source: 'website' | 'offline' | 'opt-in-message' | 'opt-out-message' | 'others';
  /** ISO 8601 UTC. */
  readonly dateOfConsent: string;
  /** 32 hex digits, the same in every report of the same event. */
  readonly correlationId: string;
  /** Sequence of the ledger event that the notice reports. */
  readonly because: number;
}

/** Write access to Twilio's opt-out list (X9). Twilio offers no way to read it. */
export interface CarrierList {
  /**
   * Reports consent changes to Twilio.
   *
   * @param notices at most 25.
   * @returns the correlation ids of the notices that Twilio refused for good; it accepted the others.
   * @throws the client's error when Twilio accepted nothing or did not answer for each notice. Reporting again is harmless.
   */
  syncConsents(notices: readonly Notice[]): Promise<ReadonlySet<string>>;
}

/** A queued job: report the consent of this number to Twilio. */
export const carrierListJobSchema = z.object({ number: z.string() });
export type CarrierListJob = z.infer<typeof carrierListJobSchema>;

/** The kinds of event that lift an opt-out. */
const LIFTING: ReadonlySet<EventKind> = new Set([
  'explicitWeb',
  'manualOptIn',
  'handsetStart',
  'handsetYes',
  'handsetKeyword',
]);

/**
 * Checks whether Twilio may not know of an event yet: an opt-out or opt-in that did not come through Twilio, or that came in
 * words on which Twilio does not act. Late events are no news (X3).
 */
export function isNewsForCarrier({ kind, effect, evidence, after }: ConsentEvent): boolean {
  if (effect === 'late' || (kind !== 'optOut' && !LIFTING.has(kind))) return false;
  // An opt-in that lifted nothing is no news, but for a YES that is conversation: Twilio has lifted its block on it.
  if (kind !== 'optOut' && after !== 'opted_in') return kind === 'handsetYes' && after === 'opted_out';
  return evidence.source === 'handset' ? !evidence.carrierActs : evidence.source !== 'carrier';
}

/**
 * Selects the status to report to Twilio for a number (X9), from its current consent and not from a single event.
 *
 * @param lastReported the status that was reported a moment ago and need not be repeated.
 * @returns undefined when Twilio's list needs no change.
 */
export function statusToSync(
  state: ConsentState,
  lastReported: ListStatus | undefined,
): ListStatus | undefined {
  if (state.status === 'opted_out') return lastReported === 'opt-out' ? undefined : 'opt-out';
  if (state.status !== 'opted_in' || lastReported === 'opt-in') return undefined;
  return state.carrierBlocked || lastReported === 'opt-out' ? 'opt-in' : undefined;
}

/**
 * Creates the notice about a number from its last event that has the same effect.
 *
 * @param events the number's events, oldest first.
 * @returns undefined when no event supports the status.
 */
export function noticeOf(
  number: string,
  status: ListStatus,
  events: readonly ConsentEvent[],
): Notice | undefined {
  const event = events.findLast(
    ({ kind, effect, after }) =>
      effect !== 'late' &&
      (status === 'opt-out' ? kind === 'optOut' : LIFTING.has(kind) && after === 'opted_in'),
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
