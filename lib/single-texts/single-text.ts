import * as z from 'zod';
import { type Purpose, purposeSchema } from '../messaging/message.ts';

/** How old a single text may become while it waits. An agent's text waits for START as long as a lead's step would. */
export const MAXIMUM_AGE: Readonly<Record<Purpose, string>> = {
  agent: 'P7D',
  optInRequest: 'P3D',
  confirmation: 'P3D',
  optOutReply: 'PT5M',
};

/** A text that is no automation's step, on its way through the gate. What became of it stands in its message. */
export const singleTextSchema = z.object({
  /** Id of the message that it becomes. */
  id: z.string(),
  /** E.164. */
  number: z.string(),
  purpose: purposeSchema,
  /** Without the footer. */
  body: z.string(),
  leadId: z.string().optional(),
  /** The agent who wrote it. */
  actor: z.string().optional(),
  /** The consent event that it answers, by its sequence. */
  answers: z.int().positive().optional(),
  /** Answers a text that the person has just sent. */
  isAnswer: z.boolean().optional(),
  /** `due`: may go at `dueAt`; `waiting`: held; `ended`: it became a message. */
  status: z.enum(['due', 'waiting', 'ended']),
  dueAt: z.string(),
  firstDueAt: z.string(),
  /** How often it was handed to Twilio and not taken. */
  attempts: z.int().nonnegative(),
  reason: z.string().optional(),
  sentence: z.string().optional(),
  /** What it waited for when it last waited. */
  heldFor: z.string().optional(),
  /** While it waits: when it is too old and must be decided anew. */
  waitsUntil: z.string().optional(),
  createdAt: z.string(),
  version: z.int().positive(),
});
export type SingleText = z.infer<typeof singleTextSchema>;

export interface SingleTextRef {
  readonly number: string;
  readonly id: string;
}

/** A new single text, due at once. */
export function newSingleText(
  given: Pick<SingleText, 'id' | 'number' | 'purpose' | 'body'> &
    Partial<Pick<SingleText, 'leadId' | 'actor' | 'answers' | 'isAnswer'>>,
  now: Date,
): SingleText {
  const at = now.toISOString();
  return {
    ...given,
    status: 'due',
    dueAt: at,
    firstDueAt: at,
    attempts: 0,
    createdAt: at,
    version: 1,
  };
}

/** It became a message, whatever became of that. */
export function endSingleText(text: SingleText): SingleText {
  const { reason: _reason, sentence: _sentence, ...rest } = text;
  return { ...rest, status: 'ended', version: text.version + 1 };
}

/** Twilio did not take it: due again at `retryAt`. @returns undefined when it is not the text's last try that failed. */
export function reopenSingleText(text: SingleText, attempt: number, retryAt: string): SingleText | undefined {
  if (text.status !== 'ended') return undefined;
  return { ...text, status: 'due', dueAt: retryAt, attempts: attempt, version: text.version + 1 };
}
