import * as z from 'zod';
import { automationKinds } from './automation.ts';

/** The kinds of work that a cycle enqueues: the steps of each kind of automation, and the single texts. */
export const workKinds = [...automationKinds, 'singleText'] as const;
export type WorkKind = (typeof workKinds)[number];

/** The lane of each kind of work. A text that a person waits for never queues behind a broadcast. */
export const LANES = {
  newProspect: 'priority',
  followUp: 'bulk',
  drip: 'bulk',
  campaign: 'bulk',
  singleText: 'priority',
} as const satisfies Record<WorkKind, 'priority' | 'bulk'>;

/** Names a step of an enrollment that is due. */
export const dueStepSchema = z.object({
  leadId: z.string(),
  automationId: z.string(),
  step: z.int().nonnegative(),
  /** E.164, as it was when the step was enqueued; the gate uses the enrollment's own. */
  number: z.string(),
});
export type DueStep = z.infer<typeof dueStepSchema>;

/** Names a single text that is due. */
export const dueSingleTextSchema = z.object({
  singleTextId: z.string(),
  /** E.164. */
  number: z.string(),
});

/** A record of a lane, from the cycle to the gate. Both ends parse it with this schema. */
export const dueWorkSchema = z.union([dueSingleTextSchema, dueStepSchema]);
export type DueWork = z.infer<typeof dueWorkSchema>;
