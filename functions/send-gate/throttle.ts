import type { Decision } from '../../lib/gate/decision.ts';
import type { DueText } from '../../lib/gate/due-text.ts';
import type { LoadedSingleText, LoadedStep } from '../../lib/gate/load-decision-input.ts';
import { optInRequestWords } from '../../lib/gate/opt-in-request.ts';
import { describeSlot, senderBusyReason, urgencyOf } from '../../lib/gate/sender-rate.ts';
import { segmentsOf } from '../../lib/messaging/segments.ts';
import type { BatchThrottle } from './batch-throttle.ts';

/** A decision, with the time at which it was made. */
export interface TimedDecision {
  readonly decision: Decision;
  readonly now: Date;
}

/**
 * Makes a text that may leave wait for its slot, if the organization has set how many segments a second its sender takes. The
 * text is not claimed while it waits. It is decided again after that, since quiet hours may have begun; a STOP in between
 * makes the send transaction fail (S4).
 *
 * @param decideAt decides the text on its loaded input, at a given time.
 * @returns the decision after the wait, with the slot in its trace (X1); or to defer, when the sender is busy for too long.
 */
export async function throttle(
  deps: { readonly throttle: BatchThrottle; readonly now: () => Date },
  text: DueText,
  loaded: LoadedStep | LoadedSingleText,
  { decision, now }: TimedDecision,
  decideAt: (now: Date) => Decision,
): Promise<TimedDecision> {
  const rate = text.settings.senderSegmentsPerSecond ?? undefined;
  const body = rate === undefined ? undefined : bodyOf(text, decision);
  if (rate === undefined || body === undefined) return { decision, now };
  const urgency = urgencyOf(text, loaded);
  const request = { id: text.messageId, segments: segmentsOf(body).count, urgency };
  const slot = await deps.throttle.acquire(request, rate);
  if (slot.kind === 'later') {
    const why = senderBusyReason(rate, slot.until);
    const trace = [...decision.trace, { rule: 'senderRate', result: why.sentence }];
    return { decision: { ...decision, ...why, kind: 'defer', until: slot.until, trace }, now };
  }
  const slotAt = deps.now();
  const decidedAgain = decideAt(slotAt);
  const result = describeSlot(rate, urgency, slot.waitedMilliseconds);
  const trace = [...decidedAgain.trace, { rule: 'senderRate', result }];
  return { decision: { ...decidedAgain, trace }, now: slotAt };
}

/** Returns the body that would leave, or undefined when none would. */
function bodyOf(text: DueText, decision: Decision): string | undefined {
  if (decision.kind === 'sendOptInRequestFirst') return optInRequestWords(text.settings).whole;
  if (decision.kind !== 'send') return undefined;
  const rendered = text.render();
  return rendered.kind === 'rendered' ? rendered.body : undefined;
}
