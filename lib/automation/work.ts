import * as z from 'zod';
import { automationKinds } from './automation.ts';

/** What a cycle enqueues: the steps of each kind of automation, and the single texts of the outbox. */
export const workKinds = [...automationKinds, 'outbox'] as const;
export type WorkKind = (typeof workKinds)[number];

/** Which lane a text takes: what someone is waiting for never queues behind a broadcast. */
export const LANES = {
  newProspect: 'priority',
  followUp: 'bulk',
  drip: 'bulk',
  campaign: 'bulk',
  outbox: 'priority',
} as const satisfies Record<WorkKind, 'priority' | 'bulk'>;

/** Partitions of the due index and of the waiting index. A constant of the data: changing it needs a migration. */
export const SHARDS = 8;

/** The shard of a lead or number: FNV-1a over the text, so that neighbours spread. */
export function shardOf(text: string): number {
  return shardAmong(text, SHARDS);
}

/** The same for a list that has a number of shards of its own. @returns 0 to shards - 1. */
export function shardAmong(text: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % shards;
}

export const dueWork = (kind: WorkKind, shard: number) => `DUE#${kind}#${shard}`;
export const waitingWork = (shard: number) => `WAIT#${shard}`;
/** What ends its waiting at a moment stands by that moment, ahead of what waits without end: a number begins with `+`. */
export const waitingOrder = (order: string, waitsUntil: string | undefined) =>
  waitsUntil === undefined ? order : `${waitsUntil}#${order}`;

/** This step of this enrollment is due. */
export const dueStepSchema = z.object({
  leadId: z.string(),
  automationId: z.string(),
  step: z.int().nonnegative(),
  /** E.164, as of the enqueuing; the gate takes the enrollment's own. */
  number: z.string(),
});
export type DueStep = z.infer<typeof dueStepSchema>;

/** This single text is due. */
export const dueOutboxSchema = z.object({
  outboxId: z.string(),
  /** E.164. */
  number: z.string(),
});

/** What the cycle tells the gate. Parsed by the same schema at both ends. */
export const dueWorkSchema = z.union([dueOutboxSchema, dueStepSchema]);
export type DueWork = z.infer<typeof dueWorkSchema>;
