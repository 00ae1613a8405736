import type { Decision } from '../../lib/gate/decision.ts';
import type { DueText } from '../../lib/gate/due-text.ts';
import type { LoadedSingleText, LoadedStep } from '../../lib/gate/load-decision-input.ts';
import { optInRequestWords } from '../../lib/gate/opt-in-request.ts';
import { describeSlot, senderBusyReason, urgencyOf } from '../../lib/gate/sender-rate.ts';
import { segmentsOf } from '../../lib/messaging/segments.ts';
import type { BatchThrottle } from './batch-throttle.ts';

/** What is to be carried out, decided at `now`. */
export interface TimedDecision {
  readonly decision: Decision;
  readonly now: Date;
}

/**
 * Lets a text that may leave wait for its turn at the sender, where the organization has set how many segments a second it
 * takes. Nothing is claimed while it waits, and what was decided is decided once more after that: the hour is a later one,
 * and a STOP in between makes the send transaction fail as ever.
 *
 * @param decideAt decides the text on the loaded at hand.
 * @returns the same decision, with the turn in its trace (X1); or to defer, when the sender is busy for too long.
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
  const after = deps.now();
  const again = decideAt(after);
  const result = describeSlot(rate, urgency, slot.waitedMilliseconds);
  return { decision: { ...again, trace: [...again.trace, { rule: 'senderRate', result }] }, now: after };
}

/** The words that would leave; undefined when none would. */
function bodyOf(text: DueText, decision: Decision): string | undefined {
  if (decision.kind === 'sendOptInRequestFirst') return optInRequestWords(text.settings).whole;
  if (decision.kind !== 'send') return undefined;
  const rendered = text.render();
  return rendered.kind === 'rendered' ? rendered.body : undefined;
}
