import type { Lane } from '../automation/lanes.ts';
import { LANES } from '../automation/work.ts';
import type { DueText } from './due-text.ts';
import type { LoadedSingleText, LoadedStep } from './load-decision-input.ts';

/** A text's place in the order in which the sender's slots are given away; `atOnce` goes ahead of both lanes. */
export type Urgency = 'atOnce' | Lane;

/** Ranks a due text: agents' texts and answers leave at once, other single texts in the priority lane, steps in their lane. */
export function urgencyOf({ input }: Pick<DueText, 'input'>, loaded: LoadedStep | LoadedSingleText): Urgency {
  const { purpose, isAnswer } = input;
  if (purpose === 'agent' || purpose === 'optOutReply' || isAnswer) return 'atOnce';
  const kind = 'automation' in loaded ? loaded.automation?.kind : undefined;
  return kind === undefined ? 'priority' : LANES[kind];
}

/** Computes the sending time of some segments in milliseconds, rounded up to the microsecond. */
export function sendMilliseconds(segments: number, segmentsPerSecond: number): number {
  return Math.ceil((segments * 1_000_000) / segmentsPerSecond) / 1000;
}

/** Describes the slot that a text was sent in, for its trace (X1). */
export function describeSlot(
  segmentsPerSecond: number,
  urgency: Urgency,
  waitedMilliseconds: number,
): string {
  const rate = `the sender takes ${segmentsPerSecond} segments a second`;
  if (urgency === 'atOnce') return `${rate}, and this text goes ahead of others`;
  const seconds = Math.round(waitedMilliseconds / 100) / 10;
  return seconds === 0 ? `${rate} and was free` : `${rate}, and it was this text's turn after ${seconds} s`;
}

/** Explains a deferral by the rate limiter, as a reason and a sentence. @param until ISO 8601 UTC. */
export function senderBusyReason(segmentsPerSecond: number, until: string) {
  const sentence = `deferred: the sender takes ${segmentsPerSecond} segments a second and has texts to send until ${until}`;
  return { reason: 'senderRate', sentence };
}
