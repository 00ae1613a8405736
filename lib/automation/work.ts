import * as z from 'zod';
import { automationKinds } from './automation.ts';

/** What a cycle enqueues: the steps of each kind of automation, and the single texts. */
export const workKinds = [...automationKinds, 'singleText'] as const;
export type WorkKind = (typeof workKinds)[number];

/** Which lane a text takes: what someone is waiting for never queues behind a broadcast. */
export const LANES = {
  newProspect: 'priority',
  followUp: 'bulk',
  drip: 'bulk',
  campaign: 'bulk',
  singleText: 'priority',
} as const satisfies Record<WorkKind, 'priority' | 'bulk'>;

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
export const dueSingleTextSchema = z.object({
  singleTextId: z.string(),
  /** E.164. */
  number: z.string(),
});

/** What the cycle tells the gate. Parsed by the same schema at both ends. */
export const dueWorkSchema = z.union([dueSingleTextSchema, dueStepSchema]);
export type DueWork = z.infer<typeof dueWorkSchema>;
