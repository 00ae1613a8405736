import * as z from 'zod';
import { initialState } from '../../../lib/consent/state.ts';
import type { Message } from '../../../lib/messaging/message.ts';
import type { Item } from '../../../lib/runtime/dynamodb.ts';
import { certificateOf, certificateSchema, VERIFICATION_METHOD } from '../certificate/certificate.ts';
import { certificatePage, PAGE_HEADERS } from '../certificate/page.ts';
import { type AdminDeps, route } from '../route.ts';
import { numberExample, numberIn } from './numbers.ts';

/** This limit keeps a certificate to a few megabytes. */
const MAXIMUM_TEXTS = 1000;
const PAGE = 100;

async function textsOf({ messages }: AdminDeps, number: string): Promise<[Message[], complete: boolean]> {
  const texts: Message[] = [];
  let cursor: Item | undefined;
  do {
    const page = await messages.conversation(number, PAGE, cursor);
    texts.push(...page.messages);
    cursor = page.next;
  } while (cursor && texts.length < MAXIMUM_TEXTS);
  return [texts, cursor === undefined];
}

export const certificateRoutes = [
  route({
    method: 'GET',
    path: '/numbers/{number}/certificate',
    operationId: 'getCertificate',
    tag: 'numbers',
    summary:
      "Gives a number's whole record for a lawyer, verified, as JSON or with format=html as a page to print",
    roles: ['admin', 'agent'],
    query: z.strictObject({ format: z.enum(['json', 'html']).default('json') }),
    answers: {
      status: 200,
      schema: certificateSchema,
      otherTypes: ['text/html'],
      example: {
        organization: 'Acme Windows',
        number: numberExample,
        generatedAt: '2026-11-20T15:04:06.000Z',
        generatedBy: 'pat',
        verification: { holds: true, method: VERIFICATION_METHOD, headHash: '' },
        consent: initialState(numberExample),
        events: [],
        texts: [],
        textsComplete: true,
      },
    },
    handle: async (deps, { path, query, actor }) => {
      const number = numberIn(path);
      const [audit, [texts, textsComplete], { organizationName }] = await Promise.all([
        deps.registry.audit(number),
        textsOf(deps, number),
        deps.configuration.settings(),
      ]);
      const now = deps.now();
      const input = { organization: organizationName, number, audit, texts, textsComplete, actor, now };
      const certificate = certificateOf(input);
      if (query.format === 'json') return { status: 200, body: certificate };
      const contentType = 'text/html; charset=utf-8';
      return { status: 200, contentType, text: certificatePage(certificate), headers: PAGE_HEADERS };
    },
  }),
];
