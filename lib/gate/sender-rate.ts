import type { Lane } from '../automation/lanes.ts';
import { LANES } from '../automation/work.ts';
import type { DueText } from './due-text.ts';
import type { LoadedSingleText, LoadedStep } from './load-decision-input.ts';

/** Who goes first when the sender can take only so many segments a second: agents and answers ahead of everybody. */
export type Urgency = 'atOnce' | Lane;

/** How urgent a due text is. What goes ahead still counts: those after it wait longer. */
export function urgencyOf({ input }: Pick<DueText, 'input'>, loaded: LoadedStep | LoadedSingleText): Urgency {
  const { purpose, isAnswer } = input;
  if (purpose === 'agent' || purpose === 'optOutReply' || isAnswer) return 'atOnce';
  const kind = 'automation' in loaded ? loaded.automation?.kind : undefined;
  return kind === undefined ? 'priority' : LANES[kind];
}

/** What a number of segments takes of the sender's time, in milliseconds. */
export function sendMilliseconds(segments: number, segmentsPerSecond: number): number {
  return Math.ceil((segments * 1_000_000) / segmentsPerSecond) / 1000;
}

/** What the trace of a text that had its turn says (X1). */
export function explainSlot(segmentsPerSecond: number, urgency: Urgency, waitedMilliseconds: number): string {
  const rate = `the sender takes ${segmentsPerSecond} segments a second`;
  if (urgency === 'atOnce') return `${rate}, and this text goes ahead of others`;
  const seconds = Math.round(waitedMilliseconds / 100) / 10;
  return seconds === 0 ? `${rate} and was free` : `${rate}, and it was this text's turn after ${seconds} s`;
}

/** Why a text comes again later. */
export function senderBusyReason(segmentsPerSecond: number, until: string) {
  const sentence = `deferred: the sender takes ${segmentsPerSecond} segments a second and has texts to send until ${until}`;
  return { reason: 'senderRate', sentence };
}
