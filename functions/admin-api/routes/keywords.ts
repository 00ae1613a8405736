import * as z from 'zod';
import { keywordOptInSchema } from '../../../lib/consent/keyword-opt-in.ts';
import { decodeFilterCursor, encodeFilterCursor } from '../../../lib/http/cursor.ts';
import { invalidField, notFound, pageQuery, RequestProblem, removedSchema } from '../../../lib/http/route.ts';
import { keywordIn, whyNotKeyword } from '../../../lib/messaging/opt-in-keyword.ts';
import { keywordInputSchema, keywordSchema } from '../../../lib/organization/keyword.ts';
import { confirmationFaults } from '../../../lib/organization/wording.ts';
import { type AdminDeps, route } from '../route.ts';

const example = keywordSchema.parse({
  word: 'ROOF',
  description: 'On the flyers of spring 2026',
  confirmation:
    '{{organizationName}}: thanks for your interest in roofs. Recurring texts. Msg & data rates may apply. HELP for help, STOP to opt out.',
});
const inputExample = { description: example.description, confirmation: example.confirmation };
const one = { status: 200, schema: keywordSchema, example };

const optInSchema = z
  .object({
    number: z.string(),
    status: z.enum(['active', 'inactive']),
    /** The time at which the opt-in became active or inactive. */
    since: z.string(),
    keyword: z.string(),
    ...keywordOptInSchema.pick({ text: true, messageSid: true }).shape,
    /** The leads that have the number now. */
    leads: z.array(z.string()),
  })
  .meta({ id: 'ListedKeywordOptIn' });

function wordIn(path: Readonly<Record<string, string>>): string {
  return keywordIn(path['word'] ?? '');
}

/** Lists the campaigns and automations that could reach nobody any more without the keyword. */
async function usesOf({ configuration, campaigns }: AdminDeps, word: string): Promise<string[]> {
  const [automations, all] = await Promise.all([configuration.automations(), campaigns.list()]);
  const has = ({ keyword }: { readonly keyword?: string | undefined }) => keyword === word;
  return [
    ...all.filter(has).map(({ id }) => `the campaign ${id}`),
    // The automation of a broadcast is left out, since its campaign is listed.
    ...automations
      .filter((automation) => has(automation) && automation.kind !== 'campaign')
      .map(({ id }) => `the automation ${id}`),
  ];
}

/** Opt-in keywords (T1) and the opt-ins by them (T2). */
export const keywordRoutes = [
  route({
    method: 'GET',
    path: '/keywords',
    operationId: 'listKeywords',
    tag: 'keywords',
    summary: 'Lists all opt-in keywords',
    roles: ['admin', 'agent'],
    answers: {
      status: 200,
      schema: z.object({ keywords: z.array(keywordSchema) }),
      example: { keywords: [example] },
    },
    handle: async ({ configuration }) => ({
      status: 200,
      body: { keywords: await configuration.keywords() },
    }),
  }),
  route({
    method: 'GET',
    path: '/keywords/{word}',
    operationId: 'getKeyword',
    tag: 'keywords',
    summary: 'Gives one opt-in keyword, in upper or lower case',
    roles: ['admin', 'agent'],
    answers: one,
    handle: async ({ configuration }, { path }) => {
      const keyword = await configuration.keyword(wordIn(path));
      if (!keyword) throw notFound('keyword');
      return { status: 200, body: keyword };
    },
  }),
  route({
    method: 'PUT',
    path: '/keywords/{word}',
    operationId: 'putKeyword',
    tag: 'keywords',
    summary: 'Creates or changes an opt-in keyword; a word that is reserved, or sent by accident, is refused',
    roles: ['admin'],
    body: keywordInputSchema,
    bodyExample: inputExample,
    answers: one,
    handle: async ({ configuration }, { path, body }) => {
      const whyNot = whyNotKeyword(path['word'] ?? '');
      if (whyNot) throw invalidField('word', whyNot);
      if (body.confirmation !== undefined) {
        const faults = confirmationFaults(body.confirmation, await configuration.settings());
        if (faults.length > 0) throw invalidField('confirmation', ...faults);
      }
      const keyword = { word: wordIn(path), ...body };
      await configuration.putKeyword(keyword);
      return { status: 200, body: keyword };
    },
  }),
  route({
    method: 'DELETE',
    path: '/keywords/{word}',
    operationId: 'removeKeyword',
    tag: 'keywords',
    summary: 'Removes an opt-in keyword that nothing uses; the opt-ins by it stay on record',
    roles: ['admin'],
    answers: { status: 200, schema: removedSchema, example: { removed: 'ROOF' } },
    handle: async (deps, { path }) => {
      const word = wordIn(path);
      const uses = await usesOf(deps, word);
      if (uses.length > 0) {
        const detail = `Change or remove first what reaches only people who texted ${word}: ${uses.join(', ')}.`;
        throw new RequestProblem(409, 'In use', detail);
      }
      if (!(await deps.configuration.removeKeyword(word))) throw notFound('keyword');
      return { status: 200, body: { removed: word } };
    },
  }),
  route({
    method: 'GET',
    path: '/keywords/{word}/opt-ins',
    operationId: 'listKeywordOptIns',
    tag: 'keywords',
    summary: 'Lists the opt-ins by a keyword, with the text that made each; opt-ins that ended come first',
    roles: ['admin', 'agent'],
    query: z.strictObject({ ...pageQuery.shape, active: z.enum(['true', 'false']).optional() }),
    answers: {
      status: 200,
      schema: z.object({ optIns: z.array(optInSchema), next: z.string().nullable() }),
      example: {
        optIns: [
          {
            number: '+13035550142',
            status: 'active',
            since: '2026-11-20T15:04:05.000Z',
            keyword: 'ROOF',
            text: 'roof!',
            messageSid: `SM${'0'.repeat(32)}`,
            leads: ['0b8f0c8e-3f5b-4c53-9a53-7d5f3f6f0a11'],
          },
        ],
        next: null,
      },
    },
    handle: async ({ lists, leads }, { path, query }) => {
      const word = wordIn(path);
      const active = query.active === undefined ? undefined : query.active === 'true';
      const filter = { word, active };
      const after = decodeFilterCursor(query.cursor, 'keyword-opt-ins', filter);
      const page = await lists.keywordOptIns(word, { active }, { limit: query.limit, after });
      const leadsWithNumber = await leads.leadsWithNumbers(page.rows.map(({ number }) => number));
      const optIns = page.rows.map(({ number, since, text, messageSid, ...optIn }) => ({
        number,
        status: optIn.active ? 'active' : 'inactive',
        since,
        keyword: word,
        text,
        messageSid,
        leads: [...(leadsWithNumber.get(number) ?? [])],
      }));
      return {
        status: 200,
        body: { optIns, next: encodeFilterCursor('keyword-opt-ins', filter, page.next) },
      };
    },
  }),
];
