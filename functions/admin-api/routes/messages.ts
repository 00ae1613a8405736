import * as z from 'zod';
import { badgeExample, badgeOf, badgeSchema } from '../../../lib/consent/sms-opted-in-badge.ts';
import { decideAgentText, sendingExample, sendingOf, sendingSchema } from '../../../lib/gate/agent-text.ts';
import { pendingExample, pendingSchema, pendingText, pendingTexts } from '../../../lib/gate/pending-texts.ts';
import { decodeCursor, encodeCursor } from '../../../lib/http/cursor.ts';
import { pageQuery, RequestProblem } from '../../../lib/http/route.ts';
import { messageSchema } from '../../../lib/messaging/message.ts';
import { conversationOf } from '../../../lib/messaging/message-items.ts';
import { e164Schema } from '../../../lib/phone/e164.ts';
import { type AdminDeps, route } from '../route.ts';
import { messageExample, numberIn } from './numbers.ts';

/** The query that finds a text which is no message yet: such texts are stored under their number. */
export const pendingQuery = z.strictObject({ number: e164Schema.optional() });

/** Finds a text that has not left yet. @throws RequestProblem 404 when there is none. */
export async function pendingTextWith(
  deps: AdminDeps,
  id: string,
  { number }: z.infer<typeof pendingQuery>,
): Promise<NonNullable<Awaited<ReturnType<typeof pendingText>>>> {
  const found = number === undefined ? undefined : await pendingText(deps, { number, id });
  if (found) return found;
  const detail =
    number === undefined
      ? 'There is no message with this id. A text that has not left yet is found with ?number= as well.'
      : 'There is no message with this id, and no text to this number that waits under it. Check the URL.';
  throw new RequestProblem(404, 'No such message', detail);
}

export const messageRoutes = [
  route({
    method: 'GET',
    path: '/numbers/{number}/messages',
    operationId: 'listMessages',
    tag: 'messages',
    summary:
      "Lists a number's texts, newest first, those on their way, its badge, and whether a text of yours would leave",
    roles: ['admin', 'agent'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({
        messages: z.array(messageSchema),
        next: z.string().nullable(),
        /** Texts that are no messages yet, for example because they wait for START (C3). Every page has all of them. */
        pending: z.array(pendingSchema),
        consent: badgeSchema,
        sending: sendingSchema,
      }),
      example: {
        messages: [messageExample],
        next: null,
        pending: [pendingExample],
        consent: badgeExample,
        sending: sendingExample,
      },
    },
    handle: async (deps, { path, query }) => {
      const number = numberIn(path);
      const cursor = decodeCursor(query.cursor, conversationOf(number));
      const [page, pending, { state, settings, lead, decision }] = await Promise.all([
        deps.messages.conversation(number, query.limit, cursor),
        pendingTexts(deps, number),
        decideAgentText(deps, number),
      ]);
      return {
        status: 200,
        body: {
          messages: page.messages,
          next: encodeCursor(page.next),
          pending,
          consent: badgeOf(state, settings, lead?.id),
          sending: sendingOf(decision),
        },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/messages/{id}',
    operationId: 'getMessage',
    tag: 'messages',
    summary: 'Gives a text with its status; a text that has not left yet is found with its number',
    roles: ['admin', 'agent'],
    query: pendingQuery,
    answers: { status: 200, schema: z.union([messageSchema, pendingSchema]), example: messageExample },
    handle: async (deps, { path, query }) => {
      const id = path['id'] ?? '';
      const message = await deps.messages.get(id);
      return { status: 200, body: message ?? (await pendingTextWith(deps, id, query)).pending };
    },
  }),
];
