import * as z from 'zod';
import type { Item } from '../runtime/dynamodb.ts';
import { dueWork, shardOf, waitingOrder, waitingWork } from './outreach.ts';

/** Describes what enrollments and single texts have in common on their way through the gate. */
export const pendingShape = {
  /** When it is due, or was when it was held. */
  dueAt: z.string(),
  /** When it became due for the first time; its age counts from here. */
  firstDueAt: z.string(),
  /** How often it was handed to Twilio and not taken. */
  attempts: z.int().nonnegative(),
  /** Why it waits, stands deferred or was stopped. */
  reason: z.string().optional(),
  /** One sentence that answers why (X1). */
  sentence: z.string().optional(),
  /** What it waited for when it last waited. */
  heldFor: z.string().optional(),
  /** While it waits for a person's answer: when it is too old and must be decided again. */
  waitsUntil: z.string().optional(),
  /** Grows with every write; what a worker decided on must still be there when it writes. */
  version: z.int().positive(),
};

/** Holds what decides the place in the work index. */
interface Placed {
  readonly status: string;
  readonly number: string;
  readonly dueAt: string;
  readonly waitsUntil?: string | undefined;
}

/**
 * Places what may go in the due index and what waits in the waiting index (X4); what has ended stands in neither.
 *
 * @param of.kind of work. @param of.owner whose shard of the due index it takes: a lead, or a number.
 * @param of.id sets it apart from all else that waits for its number.
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
