import * as z from 'zod';

/**
 * The life of a text that we send. `claimed` is ours alone: the send transaction has happened, Twilio's answer is
 * not written yet. `retrying`: Twilio did not take it and the step is due again. The rest up to `canceled` are
 * Twilio's words. `rejected`, `refused` and `dropped` never left: Twilio, the gate or their age forbade it.
 */
export const STATUS_RANK = {
  retrying: 0,
  claimed: 1,
  accepted: 10,
  scheduled: 10,
  queued: 20,
  sending: 30,
  sent: 40,
  delivered: 50,
  undelivered: 50,
  failed: 50,
  canceled: 50,
  rejected: 60,
  refused: 60,
  dropped: 60,
} as const;
export type MessageStatus = keyof typeof STATUS_RANK | 'received';

const statuses = [...(Object.keys(STATUS_RANK) as (keyof typeof STATUS_RANK)[]), 'received'] as const;
export const messageStatusSchema = z.enum(statuses);

/**
 * Why a single text exists:
 *
 * - `agent`: a person wrote it.
 * - `optInRequest`: the opt-in template, which goes ahead of the first text to a new lead (C2).
 * - `confirmation`: answers an opt-in, once (B3).
 * - `optOutReply`: the one answer that an opt-out allows where the carrier gives none (47 CFR 64.1200(a)(12)).
 */
export const purposes = ['agent', 'optInRequest', 'confirmation', 'optOutReply'] as const;
export type Purpose = (typeof purposes)[number];
export const purposeSchema = z.enum(purposes);

/** One rule that the gate consulted and what it said. */
export const traceSchema = z.array(z.object({ rule: z.string(), result: z.string() }));
export type Trace = z.infer<typeof traceSchema>;

export const messageSchema = z.object({
  id: z.string(),
  direction: z.enum(['outbound', 'inbound']),
  number: z.string(),
  body: z.string(),
  status: messageStatusSchema,
  statusRank: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
  sid: z.string().optional(),
  leadId: z.string().optional(),
  automationId: z.string().optional(),
  step: z.int().optional(),
  /** What a text is for that is no automation's step. */
  purpose: purposeSchema.optional(),
  /** The agent who wrote it. */
  actor: z.string().optional(),
  /** How often the step was handed to Twilio, from 1. */
  attempt: z.int().optional(),
  claimedAt: z.string().optional(),
  /** When the step became due for the first time: what a step that is opened again goes back to. */
  firstDueAt: z.string().optional(),
  /** Version of the number's consent that the text was sent under. */
  consentVersion: z.int().optional(),
  errorCode: z.int().optional(),
  reason: z.string().optional(),
  sentence: z.string().optional(),
  trace: traceSchema.optional(),
});
export type Message = z.infer<typeof messageSchema>;

/** Rank of a status word of Twilio's, or undefined for a word that we do not know (callbacks with it are ignored). */
export function twilioRank(status: string): { status: MessageStatus; rank: number } | undefined {
  const rank = STATUS_RANK[status as keyof typeof STATUS_RANK];
  return rank >= 10 && rank <= 50 ? { status: status as MessageStatus, rank } : undefined;
}
