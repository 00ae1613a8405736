import * as z from 'zod';
import { type Purpose, purposeSchema } from '../messaging/message.ts';
import { pendingShape } from '../tables/pending.ts';

/** Maximum age of a single text that waits, by purpose (ISO 8601 duration). An agent's text waits for START as long as a step. */
export const MAXIMUM_AGE: Readonly<Record<Purpose, string>> = {
  agent: 'P7D',
  optInRequest: 'P3D',
  confirmation: 'P3D',
  optOutReply: 'PT5M',
};

/** A text that is no automation's step, on its way through the gate. Its message holds its outcome. */
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
  /** True when it answers a text that the person has just sent. */
  isAnswer: z.boolean().optional(),
  /** `due`: may go at `dueAt`; `waiting`: held; `ended`: it became a message. */
  status: z.enum(['due', 'waiting', 'ended']),
  ...pendingShape,
  createdAt: z.string(),
});
export type SingleText = z.infer<typeof singleTextSchema>;

export interface SingleTextRef {
  readonly number: string;
  readonly id: string;
}

/** Creates a single text, due at once. */
export function newSingleText(
  fields: Pick<SingleText, 'id' | 'number' | 'purpose' | 'body'> &
    Partial<Pick<SingleText, 'leadId' | 'actor' | 'answers' | 'isAnswer'>>,
  now: Date,
): SingleText {
  const at = now.toISOString();
  return {
    ...fields,
    status: 'due',
    dueAt: at,
    firstDueAt: at,
    attempts: 0,
    createdAt: at,
    version: 1,
  };
}

/** Ends a single text that became a message. The message's own outcome does not change it. */
export function endSingleText(text: SingleText): SingleText {
  const { reason: _reason, sentence: _sentence, ...rest } = text;
  return { ...rest, status: 'ended', version: text.version + 1 };
}

/**
 * Reopens a single text that Twilio did not take.
 *
 * @param attempt count of attempts so far. @param retryAt moment when it is due again, ISO 8601 UTC.
 * @returns undefined when the text was reopened already.
 */
export function reopenSingleText(text: SingleText, attempt: number, retryAt: string): SingleText | undefined {
  if (text.status !== 'ended') return undefined;
  return { ...text, status: 'due', dueAt: retryAt, attempts: attempt, version: text.version + 1 };
}
