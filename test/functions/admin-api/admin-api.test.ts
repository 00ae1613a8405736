import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { descriptions } from '../../../functions/admin-api/admin-api.ts';
import { openApiDocument } from '../../../functions/admin-api/openapi.ts';
import { newNumber, setUp, submission } from '../../flow/organization.ts';
import { call, createWorld, type World } from '../../flow/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const fieldsOf = (json: Record<string, unknown>) =>
  (json['errors'] as { field: string }[]).map(({ field }) => field);

test.each(descriptions)('$method $path: who may not gets 403 with the reason', async (route) => {
  const { method, path, roles } = route;
  const concrete = path.replace(/\{\w+\}/g, 'x');
  const stranger = await world.admin(method, concrete, {}, '[visitor]');
  expect(stranger.status).toBe(403);
  expect(stranger.json['detail']).toContain('your token has neither group');
  if (roles.includes('agent')) return;
  const agent = await world.admin(method, concrete, {}, '[agent]');
  expect(agent.status).toBe(403);
  expect(agent.json['detail']).toBe('This takes the group admin; your token has agent.');
});

/** Paths of an organization's rules, which decide how many people get which texts. */
const RULES = [
  '/settings',
  '/forms',
  '/automations',
  '/keywords',
  '/campaigns',
  '/imports',
  '/exports',
  '/sender',
  '/crm',
];

test('an agent is let through where agents may, and admins keep what changes the rules for themselves', async () => {
  for (const { method, path, roles } of descriptions) {
    if (!roles.includes('agent')) continue;
    const answer = await world.admin(method, path.replace(/\{\w+\}/g, 'x'), {}, '[agent]');
    expect(answer.status, `${method} ${path}`).not.toBe(403);
  }
  const changesRules = descriptions.filter(
    ({ method, path }) => method !== 'GET' && RULES.some((prefix) => path.startsWith(prefix)),
  );
  expect(changesRules.length).toBeGreaterThanOrEqual(RULES.length);
  expect(changesRules.filter(({ roles }) => roles.includes('agent'))).toEqual([]);
});

test.each([
  ['PATCH', '/settings', { requireSmsOptIn: 'yes' }, ['requireSmsOptIn']],
  ['PATCH', '/settings', { footer: 'Bye' }, ['footer']],
  ['PATCH', '/settings', { requireOptin: true }, ['requireOptin']],
  ['PATCH', '/settings', { sendingHours: { from: '21:00', to: '09:00' } }, ['sendingHours']],
  ['PATCH', '/settings', { timeZone: 'Mars/Olympus' }, ['timeZone']],
  ['PUT', '/forms/f', { id: 'f', name: 'f' }, ['disclaimer']],
  ['PUT', '/forms/f', { id: 'f', name: 'f', disclaimer: 'x', automations: ['nobody'] }, ['automations[0]']],
  ['PUT', '/forms/f', { id: 'g', name: 'f', disclaimer: 'x' }, ['id']],
  ['PUT', '/forms/f', { id: 'f', name: 'f', disclaimer: 'x', secret: 'short' }, ['secret']],
  ['PUT', '/automations/a', { id: 'a', kind: 'drip', name: 'a', steps: [] }, ['steps']],
  [
    'PUT',
    '/automations/a',
    { id: 'a', kind: 'campaign', name: 'a', steps: [{ delay: 'PT0S', template: 'x' }] },
    ['kind'],
  ],
  [
    'PUT',
    '/automations/a',
    { id: 'a', kind: 'drip', name: 'a', steps: [{ delay: 'soon', template: 'x' }] },
    ['steps[0].delay'],
  ],
  ['POST', '/leads', { number: '12' }, ['number']],
  ['POST', '/leads', { number: '+13035550142', details: { nickname: 'x' } }, ['details.nickname']],
  ['GET', '/leads?limit=1000', undefined, ['limit']],
  ['GET', '/leads?cursor=abc', undefined, ['cursor']],
  ['GET', '/numbers/555/consent', undefined, ['number']],
])('%s %s with %j names the field that is wrong', async (method, path, body, fields) => {
  const answer = await world.admin(method, path, body);
  expect(answer.status).toBe(422);
  expect(fieldsOf(answer.json)).toEqual(fields);
});

test.each([
  ['PUT', '/automations/a', { id: 'a', kind: 'drip', steps: [] }, 'This is missing. Give a text.'],
  ['PATCH', '/settings', { requireSmsOptIn: 'yes' }, 'Give true or false.'],
  ['PATCH', '/settings', { doubleOptIn: 'on' }, 'Give "off" or "perNumber" or "perLead".'],
  ['PATCH', '/settings', { caps: { perDay: 41, perWeek: 40 } }, 'Give 40 or fewer.'],
  ['GET', '/leads?limit=0', undefined, 'Give 1 or more.'],
  ['PUT', '/forms/a', { id: 'a', name: 'a'.repeat(121), disclaimer: 'x' }, 'Give 120 characters or fewer.'],
])('%s %s with %j says what to give instead', async (method, path, body, says) => {
  const { json } = await world.admin(method, path, body);
  expect((json['errors'] as { message: string }[]).map(({ message }) => message)).toContain(says);
});

test('half a character is refused wherever it stands, and a whole one or its mere name is not', async () => {
  const put = (disclaimer: string) =>
    world.admin('PUT', '/forms/halves', { id: 'halves', name: 'halves', automations: [], disclaimer });
  const half = await put('You agree \ud83d.');
  expect(half).toMatchObject({ status: 422, json: { detail: expect.stringContaining('half a character') } });
  for (const whole of ['You agree \u{1f600}.', 'You agree \\ud83d.']) {
    expect((await put(whole)).status).toBe(200);
  }
});

test('malformed JSON, another content type, an unknown route and a wrong method each say what to do', async () => {
  const claims = { sub: 'u', 'cognito:groups': '[admin]' };
  const send = (method: string, path: string, body: string, type = 'application/json') =>
    call(world.handlers.admin, method, path, { body, claims, headers: { 'content-type': type } });
  expect(await send('PATCH', '/settings', '{')).toMatchObject({ status: 400 });
  expect(await send('PATCH', '/settings', 'a=b', 'text/plain')).toMatchObject({ status: 415 });
  expect(await send('PATCH', '/settings', `"${'x'.repeat(300_000)}"`)).toMatchObject({ status: 413 });
  expect(await world.admin('GET', '/nothing')).toMatchObject({ status: 404 });
  expect((await world.admin('DELETE', '/settings')).json).toMatchObject({
    status: 405,
    detail: 'This path takes: GET, PATCH.',
  });
  expect(await world.admin('GET', '/leads/nobody')).toMatchObject({ status: 404 });
});

test('leads are listed in pages, and a cursor of another list is refused', async () => {
  for (let index = 0; index < 5; index++) await world.submit('contact', submission(newNumber()));
  const seen = new Set<string>();
  let cursor = '';
  do {
    const { json } = await world.admin('GET', `/leads?limit=2${cursor && `&cursor=${cursor}`}`);
    const leads = json['leads'] as { id: string }[];
    expect(leads.length).toBeLessThanOrEqual(2);
    for (const { id } of leads) seen.add(id);
    cursor = String(json['next'] ?? '');
    if (cursor)
      expect(await world.admin('GET', `/numbers/%2B13035550142/messages?cursor=${cursor}`)).toMatchObject({
        status: 422,
      });
  } while (cursor);
  expect(seen.size).toBe(5);
});

test('H11 S1 a lead that is added by hand has no consent, and shows its status', async () => {
  const number = newNumber();
  const answer = await world.admin(
    'POST',
    '/leads',
    { number, details: { firstName: 'Kim' }, automations: ['welcome'] },
    '[agent]',
  );
  expect(answer.status).toBe(201);
  expect(answer.json).toMatchObject({ number, consent: { status: 'none', smsOptedIn: false } });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  await world.text(number, 'START');
  const shown = await world.admin('GET', `/leads/${answer.json['id']}`);
  expect(shown.json).toMatchObject({ consent: { status: 'opted_in', smsOptedIn: true } });
});

test('an automation that a form names cannot be removed; one that is removed stops its leads', async () => {
  expect((await world.admin('DELETE', '/automations/welcome')).json).toMatchObject({ status: 409 });
  await world.admin('PUT', '/automations/brief', {
    id: 'brief',
    kind: 'drip',
    name: 'brief',
    steps: [{ delay: 'PT0S', template: 'Hello' }],
  });
  const { json } = await world.admin('POST', '/leads', { number: newNumber(), automations: ['brief'] });
  expect((await world.admin('DELETE', '/automations/brief')).status).toBe(200);
  await world.runCycle();
  const shown = await world.admin('GET', `/leads/${json['id']}`);
  expect(shown.json['enrollments']).toMatchObject([{ status: 'stopped', reason: 'automationRemoved' }]);
});

test('a form that is removed takes no submissions any more, and its leads stay', async () => {
  const number = newNumber();
  await world.admin('PUT', '/forms/fair', {
    id: 'fair',
    name: 'Fair',
    disclaimer: 'By submitting you agree.',
  });
  await world.submit('fair', submission(number));
  expect(await world.admin('DELETE', '/forms/fair')).toMatchObject({
    status: 200,
    json: { removed: 'fair' },
  });
  expect(await world.submit('fair', submission(newNumber()))).toMatchObject({ status: 404 });
  expect(await world.admin('DELETE', '/forms/fair')).toMatchObject({ status: 404 });
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  expect(json['leads']).toHaveLength(1);
});

test('one automation, one lead with changed details and one text are read back as they were written', async () => {
  const automation = await world.admin('GET', '/automations/welcome');
  expect(automation.json).toMatchObject({ id: 'welcome', kind: 'newProspect' });
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  const [lead] = json['leads'] as { id: string }[];
  const changed = await world.admin('PATCH', `/leads/${lead?.id}`, { details: { firstName: 'Robin' } });
  expect(changed.json).toMatchObject({ details: { firstName: 'Robin' } });
  const texts = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  const [text] = texts.json['messages'] as { id: string; body: string }[];
  const one = await world.admin('GET', `/messages/${text?.id}`);
  expect(one.json).toMatchObject({ id: text?.id, body: text?.body, trace: expect.any(Array) });
});

test('how the CRM is used is read back as it was changed', async () => {
  const changed = await world.admin('PATCH', '/crm/preferences', { intervalMinutes: 45 });
  expect(changed.status).toBe(200);
  const { json } = await world.admin('GET', '/crm/preferences');
  expect(json).toMatchObject({ intervalMinutes: 45, enabled: false });
});

test('docs/openapi.json is what the schemas say: run npm run openapi after changing a route', () => {
  const stored = JSON.parse(
    readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'),
  ) as unknown;
  expect(stored).toEqual(JSON.parse(JSON.stringify(openApiDocument(descriptions))));
});
