/**
 * A client of the API as somebody else would write it: `npm run openapi:check` generates ./api.ts from docs/openapi.json and
 * compiles this file against it, under the project's own flags. The project itself does not compile it.
 */
import createClient from 'openapi-fetch';
import type { components, paths } from './api.ts';

type Schemas = components['schemas'];

const api = createClient<paths>({
  baseUrl: 'https://api.example.com',
  headers: { authorization: 'Bearer x' },
});
const number = '+13035550142';

export async function switchOptInOn(): Promise<Schemas['Settings']> {
  const { data, error } = await api.PATCH('/settings', { body: { requireSmsOptIn: true } });
  if (error) throw new Error(describe(error));
  return data;
}

/** Fields with a default may be left out of a request. */
export async function createForm(): Promise<boolean> {
  const body = { id: 'quote', name: 'Get a quote', disclaimer: 'You agree to texts.' };
  const { data } = await api.PUT('/forms/{id}', { params: { path: { id: body.id } }, body });
  return data?.hasSecret ?? false;
}

export async function listOptedOut(): Promise<string[]> {
  const numbers: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { status: 'opted_out', limit: 100, ...(cursor && { cursor }) } as const;
    const { data } = await api.GET('/consents', { params: { query } });
    numbers.push(...(data?.consents ?? []).map((row) => `${row.number} ${row.optInRequest}`));
    cursor = data?.next ?? undefined;
  } while (cursor);
  return numbers;
}

export async function badgeLabel(): Promise<Schemas['ConsentBadge']['label']> {
  const { data } = await api.GET('/numbers/{number}/conversation', { params: { path: { number } } });
  const status: Schemas['TemplateStatus'] | undefined = data?.consent.templateStatus;
  return status === 'Accepted' ? (data?.consent.label ?? null) : null;
}

/** An answer of one of two kinds is told apart by its fields. */
export async function statusAt(at: string): Promise<Schemas['ConsentStatus'] | undefined> {
  const params = { path: { number }, query: { at } };
  const { data } = await api.GET('/numbers/{number}/consent', { params });
  if (!data) return undefined;
  return 'known' in data ? data.known.status : data.status;
}

/** Evidence is told apart by its source. */
export function proofOf(evidence: Schemas['Evidence']): string {
  switch (evidence.source) {
    case 'form':
      return `${evidence.formId}: ${evidence.wordsShown}`;
    case 'handset':
      return evidence.messageSid;
    default:
      return evidence.source;
  }
}

export async function sendText(): Promise<string> {
  const body = { body: 'Does Tuesday at ten suit you?' };
  const { data, error } = await api.POST('/numbers/{number}/messages', {
    params: { path: { number } },
    body,
  });
  return error ? describe(error) : data.status;
}

/** A function says what is wrong as problem JSON; API Gateway says a word of its own. */
function describe(error: Schemas['Problem'] | Schemas['GatewayMessage']): string {
  if ('message' in error) return error.message;
  return [error.detail, ...(error.errors ?? []).map(({ field, message }) => `${field}: ${message}`)].join(
    ' ',
  );
}

/** What the description does not allow does not compile. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error There is no such path.
  await api.GET('/everything');
  // @ts-expect-error Not true or false.
  await api.PATCH('/settings', { body: { requireSmsOptIn: 'yes' } });
  // @ts-expect-error Not a status.
  await api.GET('/consents', { params: { query: { status: 'pending' } } });
  // @ts-expect-error A name is missing.
  await api.PUT('/forms/{id}', { params: { path: { id: 'quote' } }, body: { id: 'quote' } });
}
