import * as z from 'zod';
import { badgeExample, badgeOf, badgeSchema } from '../../../lib/consent/sms-opted-in-badge.ts';
import { type Conversation, projectSchema } from '../../../lib/conversations/conversation.ts';
import { conversationPlace, projectWork, REVIEWS } from '../../../lib/conversations/conversation-items.ts';
import { loadConsentOfNumbers } from '../../../lib/gate/load-decision-input.ts';
import {
  decodeFilterCursor,
  decodeWorkCursor,
  encodeCursor,
  encodeFilterCursor,
} from '../../../lib/http/cursor.ts';
import { pageQuery } from '../../../lib/http/route.ts';
import { type AdminDeps, route } from '../route.ts';
import { conversationExample, shownConversation, shownConversationSchema } from './conversations.ts';

const listedSchema = z
  .object({ ...shownConversationSchema.shape, consent: badgeSchema })
  .meta({ id: 'ListedConversation' });

/** Name of the list in its cursors. A cursor of another list is refused. */
const LIST = 'conversations';
const listQuery = z
  .strictObject({
    ...pageQuery.shape,
    project: projectSchema.optional(),
    review: z.enum(['true'], { error: 'Only review=true narrows the list.' }).optional(),
  })
  .refine(({ project, review }) => project === undefined || review === undefined, {
    path: ['review'],
    message: 'Ask for a project or for those that wait for a decision, not both.',
  });

export const conversationListRoutes = [
  route({
    method: 'GET',
    path: '/conversations',
    operationId: 'listConversations',
    tag: 'conversations',
    summary: 'Lists conversations by their last text, those of a project, or those that wait for a decision',
    roles: ['admin', 'agent'],
    query: listQuery,
    answers: {
      status: 200,
      schema: z.object({ conversations: z.array(listedSchema), next: z.string().nullable() }),
      example: { conversations: [{ ...conversationExample, consent: badgeExample }], next: null },
    },
    handle: async (deps, { query }) => {
      const page = await listPage(deps, query);
      const numbers = page.conversations.map(({ number }) => number);
      const { settings, states } = await loadConsentOfNumbers(deps, numbers);
      const conversations = page.conversations.flatMap((conversation) => {
        const state = states.get(conversation.number);
        return state ? [{ ...shownConversation(conversation), consent: badgeOf(state, settings) }] : [];
      });
      return { status: 200, body: { conversations, next: page.next } };
    },
  }),
];

async function listPage(
  { conversations }: AdminDeps,
  { limit, cursor, project, review }: z.infer<typeof listQuery>,
): Promise<{ readonly conversations: readonly Conversation[]; readonly next: string | null }> {
  if (project !== undefined) {
    const start = decodeWorkCursor(cursor, projectWork(project));
    const page = await conversations.inProject(project, limit, start);
    return { conversations: page.conversations, next: encodeCursor(page.next) };
  }
  if (review) {
    const page = await conversations.inReview(limit, decodeWorkCursor(cursor, REVIEWS));
    return { conversations: page.conversations, next: encodeCursor(page.next) };
  }
  const below = decodeFilterCursor(cursor, LIST, {}, (text) => conversationPlace.test(text));
  const page = await conversations.list(limit, below);
  return { conversations: page.conversations, next: encodeFilterCursor(LIST, {}, page.next) };
}
