import type { Enrollment } from '../../lib/automation/enrollment.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import type { ConsentState } from '../../lib/consent/state.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { SingleText } from '../../lib/single-texts/single-text.ts';
import type { Harness } from './harness.ts';
import type { LedgerEvent } from './promise.ts';

/** Says how the promise was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** A change of consent while the gate was at work. A text not claimed by then may leave only under the new version. */
export interface ConsentChange {
  readonly number: string;
  readonly version: number;
  readonly claimed: ReadonlySet<string>;
}

/** Stands for an opt-out that the comparison with Twilio's times recorded again. */
export const AGAIN = 'again';

/** All that sendgate has stored about a number. */
export interface WorldSnapshot {
  readonly number: string;
  readonly events: readonly LedgerEvent[];
  readonly refs: readonly string[];
  readonly state: ConsentState;
  readonly fault: string | undefined;
  readonly messages: readonly Message[];
  readonly leads: readonly { readonly id: string; readonly enrollments: readonly Enrollment[] }[];
  /** Single texts that have not become messages. */
  readonly singleTexts: readonly SingleText[];
}

export async function takeSnapshot(harness: Harness, number: string): Promise<WorldSnapshot> {
  const [{ events, fault, state }, { messages }, leads, singleTexts] = await Promise.all([
    harness.registry.audit(number),
    harness.messages.conversation(number, 500),
    harness.leadStore.leadsWithNumber(number),
    harness.singleTexts.open(number),
  ]);
  if (!state) throw new Violation(`The state of …${number.slice(-4)} cannot be read`);
  return {
    number,
    events: events.map(ledgerEventOf),
    refs: events.map(refOf),
    state,
    fault: fault && `${fault.fault} at event ${fault.sequence}`,
    messages,
    leads: await Promise.all(
      leads.map(async (id) => ({ id, enrollments: await harness.enrollments.ofLead(id) })),
    ),
    singleTexts,
  };
}

export function ledgerEventOf({ kind, occurredAt, recordedAt, evidence }: ConsentEvent): LedgerEvent {
  const { source } = evidence;
  return {
    kind,
    occurredAt,
    recordedAt,
    source,
    ...(source === 'handset' && { word: evidence.word, carrierActs: evidence.carrierActs }),
    ...(source === 'gate' && { leadId: evidence.leadId, openUntil: evidence.openUntil }),
    ...('reOptIn' in evidence && { reOptIn: evidence.reOptIn }),
  };
}

function refOf({ evidence, sourceId }: ConsentEvent): string {
  if (sourceId.startsWith('order:')) return AGAIN;
  switch (evidence.source) {
    case 'form':
      return evidence.submissionId;
    case 'handset':
      return evidence.messageSid;
    case 'manual':
      return evidence.proof ?? 'manual';
    default:
      return evidence.source;
  }
}
