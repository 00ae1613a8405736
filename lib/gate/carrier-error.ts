import type { ConsentRegistry } from '../consent/registry.ts';
import type { LeadStore } from '../leads/lead-store.ts';
import { type Consequence, carrierErrorOf } from '../messaging/carrier-errors.ts';
import type { Message } from '../messaging/message.ts';
import { optInRequestFailure } from '../single-texts/opt-in-request-failed.ts';
import type { SenderRefusalStore } from './sender-refusal.ts';

export interface CarrierErrorDeps {
  readonly registry: Pick<ConsentRegistry, 'record'>;
  readonly leads: Pick<LeadStore, 'markUnreachable'>;
  readonly senderRefusals: Pick<SenderRefusalStore, 'report'>;
  readonly now: () => Date;
}

/**
 * Carries out the consequence of an error code for a text of ours, on each of the four ways by which it may arrive: the answer to
 * the request, the callback, reconcile and the comparison with Twilio. The same error twice counts once.
 *
 * @param way `answer`: Twilio did not take the text. `news`: it had taken it.
 * @returns the consequence; `senderRefused` must ring.
 */
export async function applyCarrierError(
  deps: CarrierErrorDeps,
  text: Message,
  code: number,
  way: 'answer' | 'news',
): Promise<Consequence> {
  const { class: errorClass, consequence } = carrierErrorOf(code);
  const claimedAt = text.claimedAt ?? text.createdAt;
  switch (consequence) {
    case 'optOut':
      // Twilio knows of an opt-out that the registry has not heard of: from now on it has (X9).
      await deps.registry.record({
        number: text.number,
        kind: 'optOut',
        occurredAt: claimedAt,
        sourceId: `carrier:${text.id}:${text.attempt ?? 1}:${code}`,
        evidence: { source: 'carrier', messageId: text.id, errorCode: code },
      });
      return consequence;
    case 'unreachableNumber':
      if (text.leadId !== undefined) await deps.leads.markUnreachable(text.leadId, text.number, code);
      break;
    case 'senderRefused':
      await deps.senderRefusals.report({ code, byAnswer: way === 'answer', claimedAt });
      break;
    case 'none':
      break;
  }
  // A request for START that Twilio did not take for the sender's sake is held like any text: it has not failed.
  const isHeld = way === 'answer' && errorClass === 'sender';
  const failed = isHeld ? undefined : optInRequestFailure(text, code, deps.now());
  if (failed) await deps.registry.record(failed);
  return consequence;
}
