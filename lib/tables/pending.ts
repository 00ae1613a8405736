import * as z from 'zod';
import type { Item } from '../runtime/dynamodb.ts';
import { dueWork, shardOf, waitingOrder, waitingWork } from './outreach.ts';

/** Describes what enrollments and single texts have in common on their way through the gate. */
export const pendingShape = {
  /** Due time, ISO 8601 UTC. A held text keeps the due time it had. */
  dueAt: z.string(),
  /** First due time, ISO 8601 UTC. The age counts from it. */
  firstDueAt: z.string(),
  /** Count of attempts that Twilio did not take. */
  attempts: z.int().nonnegative(),
  /** Reason of the hold, deferral or end. */
  reason: z.string().optional(),
  /** One sentence that explains the reason (X1). */
  sentence: z.string().optional(),
  /** Reason of the last hold. */
  heldFor: z.string().optional(),
  /** End of the wait, ISO 8601 UTC: the text is then too old and is decided again. Only while it waits for a person's answer. */
  waitsUntil: z.string().optional(),
  /** Grows by one with every write. A worker writes only over the version that it decided on. */
  version: z.int().positive(),
};

/** The fields that decide the place in the work index. */
interface Placed {
  readonly status: string;
  readonly number: string;
  readonly dueAt: string;
  readonly waitsUntil?: string | undefined;
}

/**
 * Places a due text in the due index and a waiting one in the waiting index, where it costs later cycles nothing (X4). An ended
 * text is in neither.
 *
 * @param of.kind kind of work. @param of.owner lead or number that decides the shard of the due index.
 * @param of.id distinguishes the text from others that wait for the same number.
 * @returns the keys of the work index; empty for an ended text.
 */
export function placeInWorkIndex(
  { status, number, dueAt, waitsUntil }: Placed,
  of: { readonly kind: string; readonly owner: string; readonly id: string },
): Item {
  switch (status) {
    case 'due':
      return { work: dueWork(of.kind, shardOf(of.owner)), workOrder: dueAt };
    case 'waiting':
      return {
        work: waitingWork(shardOf(number)),
        workOrder: waitingOrder(`${number}#${of.id}`, waitsUntil),
      };
    default:
      return {};
  }
}
