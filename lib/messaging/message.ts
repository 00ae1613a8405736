import * as z from 'zod';

/**
 * The statuses of a sent text with their ranks; Twilio's reports only ever raise a text's rank.
 *
 * - `claimed`: the send transaction has happened, and Twilio's answer is not written yet.
 * - `retrying`: Twilio did not accept the text, and its step or single text is due again.
 * - `accepted` to `canceled`: Twilio's own words.
 * - `rejected`, `refused`, `dropped`: the text never left. Twilio rejected it, the gate refused it, or the gate dropped it.
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
 * The purposes of single texts.
 *
 * - `agent`: a person wrote it.
 * - `optInRequest`: the opt-in template, which goes ahead of the first text to a new lead (C2).
 * - `confirmation`: answers an opt-in, once (B3).
 * - `optOutReply`: the one answer that is allowed after an opt-out, if the carrier gives none (47 CFR 64.1200(a)(12)).
 */
export const purposes = ['agent', 'optInRequest', 'confirmation', 'optOutReply'] as const;
export type Purpose = (typeof purposes)[number];
export const purposeSchema = z.enum(purposes);

/** The rules that the gate consulted for a text, in order, with the result of each (X1). */
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
  stepId: z.string().optional(),
  /** How often the lead had entered the automation; absent for the first time. */
  generation: z.int().optional(),
  /** Purpose of a single text; absent for an automation's step. */
  purpose: purposeSchema.optional(),
  /** The agent who wrote the text. */
  actor: z.string().optional(),
  /** Number of this submission to Twilio, from 1. */
  attempt: z.int().optional(),
  claimedAt: z.string().optional(),
  /** First due time of the text, to which its step returns when Twilio did not accept it. */
  firstDueAt: z.string().optional(),
  /** Version of the number's consent under which the text was sent. */
  consentVersion: z.int().optional(),
  errorCode: z.int().optional(),
  reason: z.string().optional(),
  sentence: z.string().optional(),
  trace: traceSchema.optional(),
});
export type Message = z.infer<typeof messageSchema>;

/** Ranks a status word of Twilio; undefined for an unknown word, whose reports are ignored. */
export function twilioRank(status: string): { status: MessageStatus; rank: number } | undefined {
  const rank = STATUS_RANK[status as keyof typeof STATUS_RANK];
  return rank >= 10 && rank <= 50 ? { status: status as MessageStatus, rank } : undefined;
}
