import * as z from 'zod';
import { asOf, type Standpoint } from '../../../lib/consent/as-of.ts';
import { consentEventSchema } from '../../../lib/consent/event.ts';
import { type ConsentState, consentStateSchema, initialState } from '../../../lib/consent/state.ts';
import { messageSchema } from '../../../lib/messaging/message.ts';
import { conversationOf } from '../../../lib/messaging/message-items.ts';
import { e164Schema } from '../../../lib/phone/e164.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { invalid, notFound, pageQuery, route } from '../route.ts';

/** What is shown of a number's consent wherever the number is (S1, H13). */
export const badgeSchema = consentStateSchema
  .pick({ standing: true, prompt: true })
  .extend({ smsOptedIn: z.boolean() });

export function badgeOf({ standing, prompt }: ConsentState): z.infer<typeof badgeSchema> {
  return { standing, prompt, smsOptedIn: standing === 'opted_in' };
}

export const numberExample = '+13035550142';
const messageExample = {
  id: 'lead-1.welcome.0',
  direction: 'outbound',
  number: numberExample,
  body: 'Hi Dana, thanks for asking Acme Windows!\nReply STOP to opt-out of future text communications.',
  status: 'delivered',
  statusRank: 50,
  createdAt: '2026-11-20T15:04:10.000Z',
  updatedAt: '2026-11-20T15:04:12.000Z',
};
const faultSchema = z.object({ sequence: z.number(), fault: z.string() });

const standpointSchema = z.object({
  ...consentStateSchema.pick({ standing: true, prompt: true, carrierBlocked: true, keywords: true }).shape,
  smsOptedIn: z.boolean(),
  /** The event that the standing rested on. */
  because: consentEventSchema.optional(),
  /** The exact words of that event. */
  words: z.string().optional(),
});
/** `known`: what was known at that moment; `today`: what is known now of that moment (X10). */
const asOfSchema = z.object({
  number: z.string(),
  at: z.string(),
  known: standpointSchema,
  today: standpointSchema,
});

function shown({ state, because, words }: Standpoint): z.infer<typeof standpointSchema> {
  const { carrierBlocked, keywords } = state;
  return { ...badgeOf(state), carrierBlocked, keywords, because, words };
}

export function numberIn(path: Readonly<Record<string, string>>): string {
  const parsed = e164Schema.safeParse(path['number']);
  if (!parsed.success) throw invalid('number', parsed.error.issues[0]?.message ?? 'Not a number');
  return parsed.data;
}

export const numberRoutes = [
  route({
    method: 'GET',
    path: '/numbers/{number}/consent',
    summary: "A number's consent now and the leads that have the number, or with `at`, as of a past moment",
    roles: ['admin', 'agent'],
    query: z.strictObject({
      at: z.iso
        .datetime({ offset: true, error: 'Give a date and time with its offset: 2026-03-03T14:05:00Z.' })
        .optional(),
    }),
    answers: {
      status: 200,
      schema: z.union([
        z.object({ ...consentStateSchema.shape, smsOptedIn: z.boolean(), leads: z.array(z.string()) }),
        asOfSchema,
      ]),
      example: { ...initialState(numberExample), smsOptedIn: false, leads: [] },
    },
    handle: async ({ registry, leads }, { path, query }) => {
      const number = numberIn(path);
      if (query.at !== undefined) {
        const at = new Date(query.at).toISOString();
        const { known, today } = asOf(number, await registry.events(number), at);
        return { status: 200, body: { number, at, known: shown(known), today: shown(today) } };
      }
      const [state, holders] = await Promise.all([registry.read(number), leads.holders(number)]);
      return { status: 200, body: { ...state, ...badgeOf(state), leads: holders } };
    },
  }),
  route({
    method: 'GET',
    path: '/numbers/{number}/consent/events',
    summary: 'Every change of consent with its evidence, and whether the chain of hashes holds',
    roles: ['admin', 'agent'],
    answers: {
      status: 200,
      schema: z.object({
        number: z.string(),
        verified: z.union([z.literal(true), faultSchema]),
        events: z.array(consentEventSchema),
      }),
      example: { number: numberExample, verified: true, events: [] },
    },
    handle: async ({ registry }, { path }) => {
      const number = numberIn(path);
      const { events, fault } = await registry.audit(number);
      return { status: 200, body: { number, verified: fault ?? true, events } };
    },
  }),
  route({
    method: 'GET',
    path: '/numbers/{number}/messages',
    summary: "A number's conversation, newest first",
    roles: ['admin', 'agent'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({ messages: z.array(messageSchema), next: z.string().nullable() }),
      example: { messages: [messageExample], next: null },
    },
    handle: async ({ messages }, { path, query }) => {
      const number = numberIn(path);
      const cursor = decodeCursor(query.cursor, conversationOf(number));
      const page = await messages.conversation(number, query.limit, cursor);
      return { status: 200, body: { messages: page.messages, next: encodeCursor(page.next) } };
    },
  }),
  route({
    method: 'GET',
    path: '/messages/{id}',
    summary: 'A text with its status and, where it did not leave, every rule that was consulted',
    roles: ['admin', 'agent'],
    answers: { status: 200, schema: messageSchema, example: messageExample },
    handle: async ({ messages }, { path }) => {
      const message = await messages.get(path['id'] ?? '');
      if (!message) throw notFound('message');
      return { status: 200, body: message };
    },
  }),
];
