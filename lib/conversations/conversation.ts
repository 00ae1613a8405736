import * as z from 'zod';

/** The name of a project that agents sort conversations into (B5). */
export const projectSchema = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._&-]{0,59}$/u, 'Use up to 60 letters, digits, spaces and . _ & -');

/** A received text that may be an opt-out. Automated texts to the number are held until a person decides (X7). */
export const reviewSchema = z.object({
  messageSid: z.string(),
  since: z.string(),
  /** The rule that could not decide. */
  rule: z.string(),
});
export type Review = z.infer<typeof reviewSchema>;

/** The decisions that a person can make on a text that may be an opt-out (X7). */
export const decisions = ['optOut', 'noOptOut'] as const;
export type ReviewDecision = (typeof decisions)[number];

/** The conversation with one number. All moments are ISO 8601 UTC. */
export const conversationSchema = z.object({
  /** E.164. */
  number: z.string(),
  lastAt: z.string(),
  lastDirection: z.enum(['inbound', 'outbound']),
  /** The first 120 characters of the last text. */
  lastWords: z.string(),
  /** Count of texts from the number that no agent has read. */
  unread: z.int().nonnegative(),
  project: z.string().optional(),
  review: reviewSchema.optional(),
  /** The last review that was decided: its text, the person who decided, and the decision. */
  decided: z
    .object({ messageSid: z.string(), by: z.string(), at: z.string(), decision: z.enum(decisions) })
    .optional(),
  /** The confirmation of an opt-in (B3) that must leave before any automated text (docs/facts.md, "Carriers' rules"). */
  pendingConfirmation: z.object({ id: z.string(), since: z.string() }).optional(),
  /** The automated texts that left and that the caps still count (X6). */
  recent: z.array(z.object({ at: z.string(), automationId: z.string() })),
  /** Grows by one with every write; 0 for a conversation that is not stored. */
  version: z.int().nonnegative(),
});
export type Conversation = z.infer<typeof conversationSchema>;

const MAXIMUM_SHOWN_CHARACTERS = 120;

/** Returns an empty conversation, for a number without one. @param number E.164. */
export function emptyConversation(number: string, now: Date): Conversation {
  return {
    number,
    lastAt: now.toISOString(),
    lastDirection: 'outbound',
    lastWords: '',
    unread: 0,
    recent: [],
    version: 0,
  };
}

function withText(
  conversation: Conversation,
  lastDirection: Conversation['lastDirection'],
  body: string,
  at: string,
): Conversation {
  const lastWords = [...body].slice(0, MAXIMUM_SHOWN_CHARACTERS).join('');
  return { ...conversation, lastAt: at, lastDirection, lastWords, version: conversation.version + 1 };
}

/**
 * Adds a received text to a conversation. Pure.
 *
 * @param text.at ISO 8601 UTC. @param text.settles set for a clear opt-out (B6) and for START, which decide an open review.
 * @param review set when a person must decide whether the text is an opt-out (X7).
 */
export function withReceivedText(
  conversation: Conversation,
  text: { readonly body: string; readonly at: string; readonly settles?: ReviewDecision | undefined },
  review: Review | undefined,
): Conversation {
  const next = withText(conversation, 'inbound', text.body, text.at);
  next.unread++;
  if (review) return { ...next, review };
  if (!text.settles || !next.review) return next;
  const { review: open, ...rest } = next;
  const decided = {
    messageSid: open.messageSid,
    by: THE_PERSON,
    at: text.at,
    decision: text.settles,
  };
  return { ...rest, decided };
}

/** Written as the decider when the person's own next text decides a review. */
const THE_PERSON = 'the person';

/**
 * Adds a text that was submitted to a conversation, and ends its wait if it is the pending confirmation. Pure.
 *
 * @param recent the automated texts that caps still count (X6), this one included.
 */
export function withSentText(
  conversation: Conversation,
  text: { readonly id: string; readonly body: string; readonly at: string },
  recent: Conversation['recent'],
): Conversation {
  return {
    ...withoutConfirmation(withText(conversation, 'outbound', text.body, text.at), text.id),
    recent: [...recent],
  };
}

/** Removes the pending confirmation if it has this id: it left, or ended unsent. */
function withoutConfirmation(conversation: Conversation, id: string): Conversation {
  if (conversation.pendingConfirmation?.id !== id) return conversation;
  const { pendingConfirmation: _, ...rest } = conversation;
  return rest;
}

/** A change that an agent makes to a conversation. */
export interface Handling {
  readonly isRead?: boolean | undefined;
  /** Null takes the conversation out of its project. */
  readonly project?: string | null | undefined;
  readonly decision?:
    | {
        readonly decision: ReviewDecision;
        readonly by: string;
        readonly at: string;
        /** The text that was decided on. The decision has no effect on the review of another text. */
        readonly messageSid: string;
      }
    | undefined;
}

/** Applies an agent's change to a conversation. Pure. @returns undefined when nothing changes. */
export function withHandling(conversation: Conversation, change: Handling): Conversation | undefined {
  const next: Conversation = { ...conversation, version: conversation.version + 1 };
  if (change.isRead) next.unread = 0;
  if (change.project !== undefined) {
    if (change.project === null) delete next.project;
    else next.project = change.project;
  }
  if (change.decision && change.decision.messageSid === next.review?.messageSid) {
    next.decided = change.decision;
    delete next.review;
  }
  const { unread, project, review } = conversation;
  const isSame = next.unread === unread && next.project === project && next.review === review;
  return isSame ? undefined : next;
}

/** Notes the pending confirmation of an opt-in, which must leave before any automated text (B3). Pure. @param id its text's id. */
export function awaitingConfirmation(conversation: Conversation, id: string, now: Date): Conversation {
  const pendingConfirmation = { id, since: now.toISOString() };
  return { ...conversation, pendingConfirmation, version: conversation.version + 1 };
}

/**
 * Ends the wait for a confirmation that ended without leaving. Pure.
 *
 * @param id id of the text that ended. @returns undefined when the conversation does not wait for this text.
 */
export function endedUnsent(conversation: Conversation, id: string): Conversation | undefined {
  const next = withoutConfirmation(conversation, id);
  return next === conversation ? undefined : { ...next, version: conversation.version + 1 };
}
