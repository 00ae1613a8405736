import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { enteredOptOut } from '../../../lib/consent/documented-opt-in.ts';
import { releasedNumber } from '../../../lib/consent/released-number.ts';
import { badgeExample, badgeOf, badgeSchema } from '../../../lib/consent/sms-opted-in-badge.ts';
import {
  type Conversation,
  conversationSchema,
  decisions,
  projectSchema,
} from '../../../lib/conversations/conversation.ts';
import { decideAgentText, sendingExample, sendingOf, sendingSchema } from '../../../lib/gate/agent-text.ts';
import { wakeNumber } from '../../../lib/gate/wake.ts';
import { RequestProblem } from '../../../lib/http/route.ts';
import { type AdminDeps, route } from '../route.ts';
import { numberExample, numberIn } from './numbers.ts';

export const shownConversationSchema = conversationSchema
  .omit({ recent: true, version: true, pendingConfirmation: true })
  .meta({ id: 'Conversation', description: 'The state of the texts between us and one number.' });
export const conversationExample = {
  number: numberExample,
  lastAt: '2026-11-20T15:10:00.000Z',
  lastDirection: 'inbound',
  lastWords: 'Can you come on Tuesday?',
  unread: 1,
  project: 'Reyes kitchen',
};

export function shownConversation({
  recent: _r,
  version: _v,
  pendingConfirmation: _p,
  ...conversation
}: Conversation) {
  return conversation;
}

/** Schema of a conversation with the number's badge (H13, C5) and whether an agent's text would leave (T8). */
const wholeSchema = z
  .object({
    conversation: shownConversationSchema,
    consent: badgeSchema,
    sending: sendingSchema,
    leads: z.array(z.string()),
  })
  .meta({ id: 'ConversationWithConsent' });
const whole = {
  status: 200,
  schema: wholeSchema,
  example: { conversation: conversationExample, consent: badgeExample, sending: sendingExample, leads: [] },
};

const changeSchema = z
  .strictObject({
    read: z.literal(true).optional(),
    project: projectSchema.nullable().optional(),
    /** The decision on the text that waits: an opt-out, none, or a wrong number, which ends the consent of who had it and opts out. */
    decision: z.enum(decisions).optional(),
    /** SID of the text that was decided on, from the conversation's `review`. The request is refused when a later text waits. */
    messageSid: z.string().max(64).optional(),
  })
  .refine(
    ({ decision, messageSid }) => decision !== undefined || messageSid === undefined,
    'messageSid belongs to a decision: send both, or leave it out.',
  )
  .refine((change) => Object.keys(change).length > 0, 'Say what to change: read, project or decision.')
  .meta({ id: 'ConversationChange' });

export const conversationRoutes = [
  route({
    method: 'GET',
    path: '/numbers/{number}/conversation',
    operationId: 'getConversation',
    tag: 'conversations',
    summary: "Gives a number's conversation: its badge, and whether a text of yours would leave",
    roles: ['admin', 'agent'],
    answers: whole,
    handle: async (deps, { path }) => ({ status: 200, body: await describe(deps, numberIn(path)) }),
  }),
  route({
    method: 'PATCH',
    path: '/numbers/{number}/conversation',
    operationId: 'changeConversation',
    tag: 'conversations',
    summary:
      'Marks a conversation as read, files it into a project, or decides a text that may be an opt-out',
    roles: ['admin', 'agent'],
    body: changeSchema,
    bodyExample: { read: true, project: 'Spring windows' },
    answers: whole,
    handle: async (deps, { path, body, actor }) => {
      const number = numberIn(path);
      const at = deps.now().toISOString();
      const { read, project, decision } = body;
      const review = decision && (await reviewOf(deps, number, body.messageSid));
      // The opt-out is recorded first: if this request dies in between, the text still waits for its decision.
      if (decision === 'wrongNumber') {
        const release = { source: 'decided on a text that was received: wrong number', date: at };
        await deps.registry.record(releasedNumber(number, release, { actor }));
      }
      // The person who has the number did not ask for texts to somebody else.
      if (decision === 'optOut' || decision === 'wrongNumber') {
        await deps.registry.record(
          enteredOptOut(number, actor, randomUUID(), deps.now(), 'decided on a text that was received'),
        );
      }
      await deps.conversations.handle(number, {
        isRead: read,
        project,
        decision: decision && review && { decision, by: actor, at, messageSid: review.messageSid },
      });
      if (decision !== undefined) await wakeNumber(deps, number, ['awaitingReview']);
      return { status: 200, body: await describe(deps, number) };
    },
  }),
];

async function describe(deps: AdminDeps, number: string): Promise<z.infer<typeof wholeSchema>> {
  const [conversation, { state, settings, lead, decision }, leads] = await Promise.all([
    deps.conversations.get(number),
    decideAgentText(deps, number),
    deps.leads.leadsWithNumber(number),
  ]);
  return {
    conversation: shownConversation(conversation),
    consent: badgeOf(state, settings, lead?.id),
    sending: sendingOf(decision),
    leads,
  };
}

/**
 * Finds the text that waits for a decision.
 *
 * @param messageSid the text that the caller has read.
 * @throws RequestProblem 409 when none waits, or a later one than the caller has read.
 */
async function reviewOf({ conversations }: AdminDeps, number: string, messageSid: string | undefined) {
  const { review } = await conversations.get(number);
  if (!review) {
    throw new RequestProblem(409, 'Nothing to decide', 'No text of this number waits for a decision.');
  }
  if (messageSid !== undefined && messageSid !== review.messageSid) {
    const detail = 'A later text waits for a decision by now. Read it, and decide on its messageSid.';
    throw new RequestProblem(409, 'Another text waits', detail);
  }
  return review;
}
