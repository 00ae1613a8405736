import { ASSUMED } from './assumptions.ts';
import { LIMITS } from './limits.ts';
import type { Organization } from './needs.ts';
import type { StackSettings } from './stack-settings.ts';

/** A list that is one partition of an index. Every write goes to its newest end, so DynamoDB cannot split it by heat. */
export interface OnePartition {
  readonly list: string;
  /** The most write units a second. */
  readonly writes: number;
  /** The limit that bounds the writes. */
  readonly by: string;
}

/** Write units of a move within an index: one out of the old position, one into the new. */
const MOVE = 2;

/** Returns the lists of one partition, the fullest first. Writes from outside come no faster than their route allows. */
export function listsOf({ textsPerSecond }: Organization, stack: StackSettings): OnePartition[] {
  const { largestProject, repliesPerText, doubtfulReplies, stateKib, conversationKib } = ASSUMED;
  const { inboundRate, formRate, adminRate } = stack;
  return [
    {
      list: 'numbers of one status or source, by their last change',
      writes: inboundRate * MOVE * stateKib,
      by: `${inboundRate} texts received a second, each a change of consent`,
    },
    {
      list: 'opt-ins of one keyword',
      writes: inboundRate,
      by: `${inboundRate} texts received a second, each a first opt-in`,
    },
    {
      list: 'conversations of one project',
      writes: textsPerSecond * largestProject * MOVE * conversationKib,
      by: `${largestProject} of all texts in one project; it is full at ${LIMITS.partitionWrites.value / MOVE} texts a second`,
    },
    {
      list: 'texts that wait for a decision',
      writes: textsPerSecond * repliesPerText * doubtfulReplies * MOVE,
      by: `${repliesPerText} replies a text, ${doubtfulReplies} of them doubtful`,
    },
    {
      list: 'leads, by creation',
      writes: formRate + adminRate,
      by: `${formRate} submissions and ${adminRate} requests of admins a second`,
    },
    {
      list: 'ticked checkboxes on their way to the CRM',
      writes: formRate * MOVE,
      by: `${formRate} submissions a second, added and settled`,
    },
  ].toSorted((a, b) => b.writes - a.writes);
}
