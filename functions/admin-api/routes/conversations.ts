import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { enteredOptOut } from '../../../lib/consent/documented-opt-in.ts';
import {
  type Conversation,
  conversationSchema,
  decisions,
  projectSchema,
} from '../../../lib/conversations/conversation.ts';
import { conversationPlace, projectWork, REVIEWS } from '../../../lib/conversations/conversation-items.ts';
import { loadConsentOfNumbers } from '../../../lib/gate/load-decision-input.ts';
import { wakeNumber } from '../../../lib/gate/wake.ts';
import {
  decodeCursor,
  decodeFilterCursor,
  decodeWorkCursor,
  encodeCursor,
  encodeFilterCursor,
} from '../../../lib/http/cursor.ts';
import { invalidField, pageQuery, RequestProblem } from '../../../lib/http/route.ts';
import { messageSchema } from '../../../lib/messaging/message.ts';
import { conversationOf } from '../../../lib/messaging/message-items.ts';
import { withFooter } from '../../../lib/messaging/template.ts';
import { sha256 } from '../../../lib/runtime/sha256.ts';
import { newSingleText } from '../../../lib/single-texts/single-text.ts';
import { pendingExample, pendingSchema, pendingTexts } from '../pending-texts.ts';
import { type AdminDeps, route } from '../route.ts';
import { askForAgent, badgeOf, badgeSchema, sendingOf, sendingSchema } from '../sending.ts';
import { messageExample, numberExample, numberIn } from './numbers.ts';

const shownSchema = conversationSchema.omit({ recent: true, version: true, pendingConfirmation: true });
const listedSchema = z.object({ ...shownSchema.shape, consent: badgeSchema });
const badgeExample = {
  status: 'opted_in',
  optInRequest: 'not_sent',
  optInTemplate: 'Not Sent',
  smsOptedIn: true,
  label: 'SMS Opted In',
};
const sendingExample = { allowed: true, code: null, sentence: 'may leave: every rule agrees', warnings: [] };
const conversationExample = {
  number: numberExample,
  lastAt: '2026-11-20T15:10:00.000Z',
  lastDirection: 'inbound',
  lastWords: 'Can you come on Tuesday?',
  unread: 1,
  project: 'Reyes kitchen',
};

function shown({ recent: _r, version: _v, pendingConfirmation: _p, ...conversation }: Conversation) {
  return conversation;
}

/** A conversation with the number's badge and whether an agent's text would leave. */
const wholeSchema = z.object({
  conversation: shownSchema,
  consent: badgeSchema,
  sending: sendingSchema,
  leads: z.array(z.string()),
});
const whole = {
  status: 200,
  schema: wholeSchema,
  example: { conversation: conversationExample, consent: badgeExample, sending: sendingExample, leads: [] },
};

async function describe(deps: AdminDeps, number: string) {
  const [conversation, asked, leads] = await Promise.all([
    deps.conversations.get(number),
    askForAgent(deps, number),
    deps.leads.leadsWithNumber(number),
  ]);
  const { state, settings, lead, decision } = asked;
  return {
    conversation: shown(conversation),
    consent: badgeOf(state, settings, lead?.id),
    sending: sendingOf(decision),
    leads,
  };
}

/** What its cursors belong to. */
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

const textSchema = z.strictObject({
  body: z.string().trim().min(1, 'Write a text').max(1400, 'A text has 1,400 characters at most'),
  /** The lead that the text is for, where several have the number. */
  leadId: z.string().max(64).optional(),
  /** The same key twice is one text: send it again when the answer did not arrive. */
  idempotencyKey: z.uuid('Use a UUID').optional(),
});

const changeSchema = z
  .strictObject({
    read: z.literal(true).optional(),
    project: projectSchema.nullable().optional(),
    /** What the text that waits for a decision was: an opt-out, or none. */
    decision: z.enum(decisions).optional(),
    /** The text that was decided on, from the conversation's `review`: refused when a later one waits by now. */
    messageSid: z.string().max(64).optional(),
  })
  .refine(
    ({ decision, messageSid }) => decision !== undefined || messageSid === undefined,
    'messageSid belongs to a decision: send both, or leave it out.',
  )
  .refine((change) => Object.keys(change).length > 0, 'Say what to change: read, project or decision.');

export const conversationRoutes = [
  route({
    method: 'GET',
    path: '/conversations',
    summary: 'Conversations by their last text, those of a project, or those that wait for a decision',
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
        return state ? [{ ...shown(conversation), consent: badgeOf(state, settings) }] : [];
      });
      return { status: 200, body: { conversations, next: page.next } };
    },
  }),
  route({
    method: 'GET',
    path: '/numbers/{number}/conversation',
    summary: "A number's conversation: its badge, and whether a text of yours would leave",
    roles: ['admin', 'agent'],
    answers: whole,
    handle: async (deps, { path }) => ({ status: 200, body: await describe(deps, numberIn(path)) }),
  }),
  route({
    method: 'PATCH',
    path: '/numbers/{number}/conversation',
    summary:
      'Marks a conversation as read, files it into a project, or decides a text that may be an opt-out',
    roles: ['admin', 'agent'],
    body: changeSchema.meta({ example: { read: true, project: 'Spring windows' } }),
    answers: whole,
    handle: async (deps, { path, body, actor }) => {
      const number = numberIn(path);
      const at = deps.now().toISOString();
      const { read, project, decision } = body;
      const review = decision && (await deps.conversations.get(number)).review;
      if (decision !== undefined && !review) {
        throw new RequestProblem(409, 'Nothing to decide', 'No text of this number waits for a decision.');
      }
      if (review && body.messageSid !== undefined && body.messageSid !== review.messageSid) {
        const detail = 'A later text waits for a decision by now. Read it, and decide on its messageSid.';
        throw new RequestProblem(409, 'Another text waits', detail);
      }
      // The opt-out first: should this end in between, the text still waits for its decision.
      if (decision === 'optOut') {
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
  route({
    method: 'GET',
    path: '/numbers/{number}/messages',
    summary:
      "A number's texts, newest first, those on their way, its badge, and whether a text of yours would leave",
    roles: ['admin', 'agent'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({
        messages: z.array(messageSchema),
        next: z.string().nullable(),
        /** Texts on their way that are no messages yet, whatever the page: those that wait for START, for instance. */
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
        askForAgent(deps, number),
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
    method: 'POST',
    path: '/numbers/{number}/messages',
    summary: 'Sends a text that you wrote; refused with the reason where consent or the carrier forbid it',
    roles: ['admin', 'agent'],
    body: textSchema.meta({ example: { body: 'Hi Dana, does Tuesday at ten suit you?' } }),
    answers: {
      status: 202,
      schema: z.object({
        id: z.string(),
        /** `queued`: leaves now; `held`: the opt-in template goes first, or was sent and is not answered yet. */
        status: z.enum(['queued', 'held']),
        sentence: z.string(),
        warnings: z.array(z.string()),
        consent: badgeSchema,
      }),
      example: {
        id: pendingExample.id,
        status: 'queued',
        sentence: 'queued: every rule agrees',
        warnings: ['outside 9:00-20:00 in America/Denver, which does not bind an agent'],
        consent: badgeExample,
      },
    },
    handle: async (deps, { path, body, actor }) => {
      const number = numberIn(path);
      if (body.leadId !== undefined && !(await deps.leads.leadsWithNumber(number)).includes(body.leadId)) {
        throw invalidField('leadId', 'No lead with this id has the number.');
      }
      const { settings, state, lead, decision } = await askForAgent(deps, number, body.leadId);
      if (withFooter(body.body, settings.footer).kind !== 'rendered') {
        throw invalidField('body', 'The text is too long with the footer. Shorten it.');
      }
      const sending = sendingOf(decision);
      const id = `agent-${sha256(number).slice(0, 16)}-${body.idempotencyKey ?? randomUUID()}`;
      const taken =
        body.idempotencyKey === undefined ? undefined : await deps.singleTexts.get({ number, id });
      if (taken && taken.body !== body.body) {
        throw invalidField(
          'idempotencyKey',
          'Another text was sent with this key. Give each text a key of its own.',
        );
      }
      // What was taken before may have been answered with a STOP since: that it was taken is still true.
      if (!taken && !sending.allowed) {
        throw new RequestProblem(
          409,
          'The text may not be sent',
          sending.sentence,
          undefined,
          sending.code ?? undefined,
        );
      }
      const leadId = lead === undefined ? {} : { leadId: lead.id };
      const text = newSingleText(
        { id, number, purpose: 'agent', body: body.body, actor, ...leadId },
        deps.now(),
      );
      await deps.singleTexts.put(text);
      // What is stored and not enqueued, a cycle finds: due single texts are its work as well.
      await deps.lanes.enqueue('priority', [{ singleTextId: id, number }]);
      const isHeld = taken && taken.status !== 'due' ? taken.status === 'waiting' : decision.kind !== 'send';
      return {
        status: 202,
        body: {
          id,
          status: isHeld ? 'held' : 'queued',
          sentence: isHeld ? (taken?.sentence ?? sending.sentence) : 'queued: every rule agrees',
          warnings: sending.warnings,
          consent: badgeOf(state, settings, lead?.id),
        },
      };
    },
  }),
];
