import * as z from 'zod';
import {
  UNREADABLE_TEXTS,
  type UnreadableText,
  unreadableTextSchema,
} from '../../../lib/conversations/unreadable-texts.ts';
import { decodeCursor, encodeCursor } from '../../../lib/http/cursor.ts';
import { pageQuery } from '../../../lib/http/route.ts';
import { route } from '../route.ts';

const text: UnreadableText = {
  messageSid: 'SM5f70bf18a08660e3a3bf4f1b2b0b822c',
  from: 'messenger:4512908812345678',
  to: 'messenger:1089912345678',
  body: 'STOP',
  intent: 'stop',
  receivedAt: '2026-11-20T14:12:03.000Z',
};

export const unreadableTextRoutes = [
  route({
    method: 'GET',
    path: '/inbound/unreadable',
    operationId: 'listUnreadableTexts',
    tag: 'conversations',
    summary: 'Opt-outs whose sender has no number that can be read, newest first: opt them out by hand',
    roles: ['admin'],
    query: pageQuery,
    answers: {
      status: 200,
      schema: z.object({ texts: z.array(unreadableTextSchema), next: z.string().nullable() }),
      example: { texts: [text], next: null },
    },
    handle: async ({ unreadable }, { query }) => {
      const page = await unreadable.list(query.limit, decodeCursor(query.cursor, UNREADABLE_TEXTS));
      return { status: 200, body: { texts: page.texts, next: encodeCursor(page.next) } };
    },
  }),
];
