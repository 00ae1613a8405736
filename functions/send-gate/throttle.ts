import type { Decision } from '../../lib/gate/decision.ts';
import type { DueText } from '../../lib/gate/due-text.ts';
import type { LoadedSingleText, LoadedStep } from '../../lib/gate/load-decision-input.ts';
import { optInRequestWords } from '../../lib/gate/opt-in-request.ts';
import { describeSlot, senderBusyReason, urgencyOf } from '../../lib/gate/sender-rate.ts';
import { segmentsOf } from '../../lib/messaging/segments.ts';
import type { BatchThrottle } from './batch-throttle.ts';

/** The request for the slot takes less than this: nothing is read again for a text that found the sender free. */
const NO_WAIT_MILLISECONDS = 50;

/**
 * Lets a text that may leave wait for its slot at the sender, where the organization has set how many segments a second it
 * takes. Nothing is claimed while it waits. A decision that is older than the wait never sends: the caller reads settings,
 * automation, lead and consent again, and decides once more (H1, S4).
 *
 * @param hasWaited the text has had its slot, and the decision rests on what was read after that.
 * @returns the decision, with the slot in its trace (X1); to defer, when the sender is busy for too long; or `waited`.
 */
export async function throttle(
  deps: { readonly throttle: BatchThrottle },
  text: DueText,
  loaded: LoadedStep | LoadedSingleText,
  decision: Decision,
  hasWaited: boolean,
): Promise<Decision | 'waited'> {
  const rate = text.settings.senderSegmentsPerSecond ?? undefined;
  const body = rate === undefined ? undefined : bodyOf(text, decision);
  if (rate === undefined || body === undefined) return decision;
  const urgency = urgencyOf(text, loaded);
  const request = { id: text.messageId, segments: segmentsOf(body).count, urgency };
  const slot = await deps.throttle.acquire(request, rate);
  if (slot.kind === 'later') {
    const why = senderBusyReason(rate, slot.until);
    const trace = [...decision.trace, { rule: 'senderRate', result: why.sentence }];
    return { ...decision, ...why, kind: 'defer', until: slot.until, trace };
  }
  if (slot.waitedMilliseconds >= NO_WAIT_MILLISECONDS && !hasWaited) return 'waited';
  const result = describeSlot(rate, urgency, slot.waitedMilliseconds);
  return { ...decision, trace: [...decision.trace, { rule: 'senderRate', result }] };
}

/** Returns the body that would leave, or undefined when none would. */
function bodyOf(text: DueText, decision: Decision): string | undefined {
  if (decision.kind === 'sendOptInRequestFirst') return optInRequestWords(text.settings).whole;
  if (decision.kind !== 'send') return undefined;
  const rendered = text.render();
  return rendered.kind === 'rendered' ? rendered.body : undefined;
}
