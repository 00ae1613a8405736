import * as z from 'zod';

/** Where an agent files a conversation (B5). */
export const projectSchema = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._&-]{0,59}$/u, 'Use up to 60 letters, digits, spaces and . _ & -');

/** A text that may be an opt-out: automated texts are held until a person has read it (X7). */
export const reviewSchema = z.object({
  messageSid: z.string(),
  since: z.string(),
  /** The rule that could not decide. */
  rule: z.string(),
});
export type Review = z.infer<typeof reviewSchema>;

/** What a person makes of a text that may be an opt-out. */
export const decisions = ['optOut', 'noOptOut'] as const;
export type ReviewDecision = (typeof decisions)[number];

/** What is known of the texts between us and one number. */
export const conversationSchema = z.object({
  /** E.164. */
  number: z.string(),
  lastAt: z.string(),
  lastDirection: z.enum(['inbound', 'outbound']),
  /** How the last text begins. */
  lastWords: z.string(),
  /** Texts from the number that nobody has read. */
  unread: z.int().nonnegative(),
  project: z.string().optional(),
  review: reviewSchema.optional(),
  /** Who decided the last text that waited for a decision, and how. */
  decided: z
    .object({ messageSid: z.string(), by: z.string(), at: z.string(), decision: z.enum(decisions) })
    .optional(),
  /** The confirmation of an opt-in that must leave before any automated text (docs/facts.md, "Carriers' rules"). */
  pendingConfirmation: z.object({ id: z.string(), since: z.string() }).optional(),
  /** Automated texts that left: what frequency caps count (X6). */
  recent: z.array(z.object({ at: z.string(), automationId: z.string() })),
  /** Changes with every write; 0 for a number that was never texted with. */
  version: z.int().nonnegative(),
});
export type Conversation = z.infer<typeof conversationSchema>;

const SHOWN_CHARACTERS = 120;

/** The conversation with a number that there was none with. */
export function noConversation(number: string, now: Date): Conversation {
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
  const lastWords = [...body].slice(0, SHOWN_CHARACTERS).join('');
  return { ...conversation, lastAt: at, lastDirection, lastWords, version: conversation.version + 1 };
}

/**
 * A text came in.
 *
 * @param review why a person must look at it before automated texts go on. @param text.settles it is a clear opt-out, or START:
 *   whether an earlier text was an opt-out is no question any more.
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
  const { review: settled, ...rest } = next;
  const decided = {
    messageSid: settled.messageSid,
    by: THE_PERSON,
    at: text.at,
    decision: text.settles,
  };
  return { ...rest, decided };
}

/** Stands where an agent would, when the person's own next text decides. */
const THE_PERSON = 'the person';

/** A text was handed over. @param recent the automated sends that caps still count, this one included. */
export function withSentText(
  conversation: Conversation,
  text: { readonly id: string; readonly body: string; readonly at: string },
  recent: Conversation['recent'],
): Conversation {
  return {
    ...confirmed(withText(conversation, 'outbound', text.body, text.at), text.id),
    recent: [...recent],
  };
}

/** The confirmation with this id left, or never will. */
function confirmed(conversation: Conversation, id: string): Conversation {
  if (conversation.pendingConfirmation?.id !== id) return conversation;
  const { pendingConfirmation: _, ...rest } = conversation;
  return rest;
}

/** What an agent does to a conversation. */
export interface Handling {
  readonly isRead?: boolean | undefined;
  /** Null takes it out of its project. */
  readonly project?: string | null | undefined;
  readonly decision?:
    | {
        readonly decision: ReviewDecision;
        readonly by: string;
        readonly at: string;
        /** The text that was decided on. A later one waits for a decision of its own. */
        readonly messageSid: string;
      }
    | undefined;
}

/** A change by a person: read, filed or decided. @returns undefined when nothing changes. */
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

/** An opt-in is about to be confirmed: no automated text goes ahead of the confirmation. */
export function awaitingConfirmation(conversation: Conversation, id: string, now: Date): Conversation {
  const pendingConfirmation = { id, since: now.toISOString() };
  return { ...conversation, pendingConfirmation, version: conversation.version + 1 };
}

/** A text ended without leaving: what waited for it to leave first waits no longer. @returns undefined when nothing did. */
export function endedUnsent(conversation: Conversation, id: string): Conversation | undefined {
  const next = confirmed(conversation, id);
  return next === conversation ? undefined : { ...next, version: conversation.version + 1 };
}
