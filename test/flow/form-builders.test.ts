import { readdirSync, readFileSync } from 'node:fs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builderSections, replaceBetweenMarkers } from '../../functions/form-webhook/describe-builders.ts';
import { type BuilderName, builderNames, builders } from '../../lib/forms/builders/index.ts';
import { BOX_WORDS, type BuilderCase, CASES } from './builder-payloads.ts';
import {
  type BuilderRequest,
  FORM_SECRET,
  fixture,
  jsonFixture,
  requestOf,
  SIGNING_SECRET,
  signs,
} from './builder-requests.ts';
import { consentOf, newNumber, putForm, setUp } from './organization.ts';
import { type Answer, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  for (const { builder, form, box } of CASES) await putForm(world, formOf(builder, box, form));
});
afterAll(() => world.close());

function formOf(builder: BuilderName, box: string, more: Record<string, unknown> = {}) {
  const checkboxes = [{ number: 1, field: box, wordsShown: BOX_WORDS }];
  const proof = signs(builder) ? { signingSecret: SIGNING_SECRET } : { secret: FORM_SECRET };
  return { id: builder, builder, checkboxes, ...proof, ...more };
}

async function send(builder: BuilderName, payload: unknown, now?: Date): Promise<Answer> {
  const url = `${process.env['PUBLIC_BASE_URL']}/forms/${builder}/submissions`;
  return post(builder, await requestOf(builder, payload, { url, ...(now && { now }) }));
}

function post(formId: string, { body, contentType, headers, query }: BuilderRequest): Promise<Answer> {
  return world.submit(formId, Buffer.from(body).toString('base64'), contentType, {
    headers,
    isBase64Encoded: true,
    ...(query && { query }),
  });
}

async function leadsWith(number: string): Promise<{ details: Record<string, string> }[]> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  return json['leads'] as { details: Record<string, string> }[];
}

async function eventsOf(number: string) {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  return json['events'] as { kind: string; evidence: Record<string, unknown> }[];
}

let ids = 4000;
const numberFor = ({ builder }: BuilderCase) => (builder === 'tally' ? `+3249122${++ids}` : newNumber());

test('every builder has a case here, or a test of its own', () => {
  const covered: string[] = CASES.map(({ builder }) => builder);
  expect([...covered, 'generic', 'meta-lead-ads'].toSorted()).toEqual(builderNames.toSorted());
});

test('docs/forms.md says what the presets say: run npm run builders after changing one', () => {
  const page = readFileSync(new URL('../../docs/forms.md', import.meta.url), 'utf8');
  expect(page).toBe(replaceBetweenMarkers(page, builderSections()));
});

test('every builder fixture is one that a preset says it was verified with', () => {
  const said = Object.values(builders)
    .map(({ verifiedWith }) => verifiedWith)
    .join(' ');
  const files = readdirSync(new URL('../fixtures/forms', import.meta.url))
    .filter((name) => !/^(README|generic)/.test(name))
    .map((name) => name.replace(/^meta-lead\..*/, 'part of a Graph answer'));
  for (const name of files) expect(said).toContain(name);
});

test.each(CASES)(
  'H4 X5 $builder ($source): ticked, as the builder sends it, opts the number in once and keeps its details',
  async (given) => {
    const number = numberFor(given);
    const payload = given.payload(number, true, `id-${++ids}`);
    const first = await send(given.builder, payload);
    expect(first).toMatchObject({ status: 200, json: { consent: { recorded: true, checkboxes: [1] } } });
    expect((await send(given.builder, payload)).json).toEqual(first.json);
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', version: 1 });
    const [lead, ...others] = await leadsWith(number);
    expect(others).toEqual([]);
    expect(lead?.details).toMatchObject(given.details);
    const [event] = await eventsOf(number);
    expect(event?.evidence).toMatchObject({ source: 'form', formId: given.builder, checkbox: 1 });
    expect(JSON.stringify(event)).not.toContain(FORM_SECRET);
  },
);

test.each(CASES)('H4 $builder: unticked records nobody and keeps the lead', async (given) => {
  const number = numberFor(given);
  const answer = await send(given.builder, given.payload(number, false, `id-${++ids}`));
  expect(answer).toMatchObject({ status: 200, json: { consent: { recorded: false, checkboxes: [] } } });
  expect(await consentOf(world, number)).toMatchObject({ status: 'none', version: 0 });
  expect((await leadsWith(number))[0]?.details).toMatchObject(given.details);
});

test.each(CASES)(
  '$builder: a tampered or unproved request gets 401 and leaves nothing behind',
  async (given) => {
    const number = numberFor(given);
    const url = `${process.env['PUBLIC_BASE_URL']}/forms/${given.builder}/submissions`;
    const request = await requestOf(given.builder, given.payload(number, true, `id-${++ids}`), { url });
    const tampered = signs(given.builder)
      ? { ...request, body: request.body.replace('{', '{"added":1,') }
      : {
          ...request,
          body: request.body.replaceAll(FORM_SECRET, 'another-secret-altogether'),
          headers: Object.fromEntries(Object.keys(request.headers).map((name) => [name, 'wrong'])),
          ...(request.query && { query: 'secret=wrong' }),
        };
    const { query: _, ...bare } = { ...request, body: request.body.replaceAll(FORM_SECRET, ''), headers: {} };
    for (const forged of [tampered, bare]) {
      expect(await post(given.builder, forged)).toMatchObject({ status: 401 });
    }
    expect(await leadsWith(number)).toEqual([]);
    expect(await consentOf(world, number)).toMatchObject({ version: 0 });
  },
);

test('a secret that a builder puts among the fields is not kept with them', async () => {
  for (const builder of ['wufoo', 'formstack'] as const) {
    const given = CASES.find((candidate) => candidate.builder === builder);
    await send(builder, given?.payload(newNumber(), true, `kept-${builder}`));
  }
  const { client, outreachTable } = world.tables;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: outreachTable }));
  const kept = Items.filter((item) => String(item['submissionId']).startsWith('kept-'));
  expect(kept).toHaveLength(2);
  expect(JSON.stringify(kept)).not.toContain(FORM_SECRET);
  // Every other field is stored, also one that nothing was read from.
  expect(JSON.stringify(kept)).toContain('How do we reach you?');
});

test.each(['webflow', 'wpforms', 'formspree', 'hubspot'] as const)(
  '%s: a signature that is older than five minutes, or ahead by more, is refused as a replay',
  async (builder) => {
    const given = CASES.find((candidate) => candidate.builder === builder);
    const payload = given?.payload(newNumber(), true, `id-${++ids}`);
    for (const offset of [-301_000, 301_000]) {
      const answer = await send(builder, payload, new Date(Date.now() + offset));
      expect(answer).toMatchObject({ status: 401, json: { detail: expect.stringContaining('signed') } });
    }
    expect(await send(builder, payload, new Date(Date.now() - 240_000))).toMatchObject({ status: 200 });
  },
);

test('netlify: a token without a signature, or signed for another issuer, is refused', async () => {
  const body = JSON.stringify({ id: 'n1', data: { phone: newNumber(), smsConsent: 'on' } });
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const none = `${encoded({ alg: 'none' })}.${encoded({ iss: 'netlify', sha256: 'x' })}.`;
  const headers = { 'x-webhook-signature': none };
  expect(await post('netlify', { body, contentType: 'application/json', headers })).toMatchObject({
    status: 401,
  });
});

test.each([
  ['typeform', 'typeform.json'],
  ['jotform', 'jotform.fields.json'],
  ['fillout', 'fillout.json'],
  ['webflow', 'webflow.json'],
] as const)(
  '%s: %s as it is has no phone that can be texted: a final refusal is 200 with the reason, so that the builder stops',
  async (builder, name) => {
    const answer = await send(builder, jsonFixture(name));
    expect(answer).toMatchObject({ status: 200, json: { submissionId: null, consent: { recorded: false } } });
    expect(answer.body).toMatch(/phone/i);
  },
);

test('tally: tally.json as it is becomes a lead; unbounce.body.txt as it is has no phone and is finally refused', async () => {
  expect(await send('tally', jsonFixture('tally.json'))).toMatchObject({
    status: 200,
    json: { submissionId: '2wgx4n', consent: { recorded: true } },
  });
  expect(await send('unbounce', fixture('unbounce.body.txt'))).toMatchObject({
    status: 200,
    json: { refused: { errors: [{ field: 'phone' }] } },
  });
});

test('typeform: an abandoned form keeps the lead, consents to nothing and enrols nobody; the finished one does', async () => {
  const number = newNumber();
  const [given] = CASES;
  const payload = given?.payload(number, true, 'token-1') as Record<string, unknown>;
  const partial = await send('typeform', { ...payload, event_type: 'form_response_partial' });
  expect(partial).toMatchObject({ status: 200, json: { consent: { recorded: false } } });
  expect(await consentOf(world, number)).toMatchObject({ version: 0 });
  const [lead] = (await leadsWith(number)) as unknown as { id: string }[];
  expect((await world.admin('GET', `/leads/${lead?.id}`)).json['enrollments']).toEqual([]);
  expect(await send('typeform', payload)).toMatchObject({ json: { consent: { recorded: true } } });
  expect((await world.admin('GET', `/leads/${lead?.id}`)).json['enrollments']).toHaveLength(1);
});

test('jotform: a submission that somebody edited later changes the lead and consents to nothing', async () => {
  const number = newNumber();
  const given = CASES.find(({ builder }) => builder === 'jotform');
  const edited = (ticked: boolean, more: object) => {
    const body = given?.payload(number, ticked, 'j-1') as { rawRequest: string };
    return { ...body, rawRequest: JSON.stringify({ ...JSON.parse(body.rawRequest), ...more }) };
  };
  await send('jotform', edited(false, {}));
  const later = edited(true, {
    submissionEdited: 'true',
    event_id: 'e2',
    q89_name: { first: 'Dora', last: 'Reyes' },
  });
  expect(await send('jotform', later)).toMatchObject({ json: { consent: { recorded: false } } });
  expect(await consentOf(world, number)).toMatchObject({ version: 0 });
  expect((await leadsWith(number))[0]?.details).toMatchObject({ firstName: 'Dora' });
});

test('X3 angi: consent that Angi attests is stored with its id and never lifts an opt-out; a masked number is nobody', async () => {
  const number = newNumber();
  const given = CASES.find(({ builder }) => builder === 'angi');
  await send('angi', given?.payload(number, true, 'lead-1'));
  expect(await eventsOf(number)).toMatchObject([
    {
      kind: 'crmAttested',
      evidence: { attestedBy: 'Angi', consentId: '223e4567-e89b-12d3-a456-426614174001', checkbox: 1 },
    },
  ]);
  await world.text(number, 'STOP');
  await send('angi', given?.payload(number, true, 'lead-2'));
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  const masked = { ...(given?.payload(newNumber(), true, 'lead-3') as object), primaryPhone: undefined };
  expect(await send('angi', masked)).toMatchObject({ status: 200, json: { submissionId: null } });
  expect(await leadsWith('+16235550199')).toEqual([]);
});

test('meta: the address is verified by its word, a signed notification is answered and never taken for a lead', async () => {
  const disclaimer = 'You agree to texts.';
  const builder = 'meta-lead-ads';
  await putForm(world, {
    id: 'meta',
    builder,
    disclaimer,
    signingSecret: SIGNING_SECRET,
    secret: FORM_SECRET,
  });
  const check = (token: string) =>
    world.call(world.handlers.form, 'GET', '/forms/meta/submissions', {
      query: `hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`,
      pathParameters: { formId: 'meta' },
    });
  expect(await check(FORM_SECRET)).toMatchObject({ status: 200, body: '1158201444' });
  expect(await check('wrong')).toMatchObject({ status: 403 });
  const request = await requestOf(builder, jsonFixture('meta-leadgen.webhook.json'));
  const answer = await post('meta', request);
  expect(answer).toMatchObject({ status: 200, json: { submissionId: null } });
  expect(answer.body).toContain('Graph API');
  expect(await post('meta', { ...request, body: `${request.body} ` })).toMatchObject({ status: 401 });
  // A tool read this lead from the Graph API and posts it with the form's secret.
  await putForm(world, { id: 'meta-relay', builder, disclaimer, secret: FORM_SECRET });
  const number = newNumber();
  const lead = (boxes: unknown) => ({
    id: '99887766554433221',
    created_time: '2026-11-20T15:04:05+0000',
    field_data: [
      { name: 'full_name', values: ['Dana Reyes'] },
      { name: 'phone_number', values: [number] },
    ],
    custom_disclaimer_responses: boxes,
  });
  const relayed = { contentType: 'application/json', headers: {}, query: `secret=${FORM_SECRET}` };
  const boxes = jsonFixture('meta-lead.custom_disclaimer_responses.json');
  const body = JSON.stringify(lead(boxes)).replace('"99887766554433221"', '99887766554433221');
  expect(await post('meta-relay', { ...relayed, body })).toMatchObject({
    status: 200,
    json: { submissionId: '99887766554433221', consent: { recorded: true, checkboxes: [] } },
  });
  expect(await eventsOf(number)).toMatchObject([{ kind: 'impliedForm' }]);
  // Meta's boxes can be pre-ticked, so no Meta form may configure one as a consent.
  const refused = await world.admin('PUT', '/forms/meta', {
    id: 'meta',
    name: 'meta',
    builder,
    checkboxes: [{ number: 1, field: 'optional_1', wordsShown: 'x' }],
  });
  expect(refused).toMatchObject({ status: 422 });
  expect(refused.body).toContain('ticked beforehand');
});

test('a body that no repetition mends is finally refused to a builder, and a stranger is not told so', async () => {
  const options = { query: `secret=${FORM_SECRET}` };
  const answer = await world.submit('elementor', 'phone=1', 'text/plain', options);
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    consent: { recorded: false },
    refused: { title: 'The body cannot be read', detail: expect.stringContaining('application/json') },
  });
  expect((await world.submit('elementor', 'phone=1', 'text/plain')).status).toBe(401);
});

test('X3 hubspot: a property that is still ticked after a STOP lifts nothing, since no form was ticked again', async () => {
  const hubspot = CASES.find(({ builder }) => builder === 'hubspot') as BuilderCase;
  const number = newNumber();
  await send('hubspot', hubspot.payload(number, true, `id-${++ids}`));
  expect(await eventsOf(number)).toMatchObject([
    { kind: 'crmAttested', evidence: { attestedBy: 'HubSpot' } },
  ]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  await world.text(number, 'STOP');
  await send('hubspot', hubspot.payload(number, true, `id-${++ids}`));
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test('H4 gravity forms: an unticked box 8.1 that is not sent is not taken for question 81', async () => {
  const number = newNumber();
  const { 8.1: _, ...entry } = jsonFixture('gravityforms.entry.json');
  const answer = await send('gravity-forms', { ...entry, id: `id-${++ids}`, 4: number, 81: 'Yes' });
  expect(answer).toMatchObject({ status: 200, json: { consent: { recorded: false, checkboxes: [] } } });
  expect(await consentOf(world, number)).toMatchObject({ status: 'none' });
});

test('H4 meta: a form that asks in a box has no disclaimer and records nobody, even when every box is ticked; the lead is kept', async () => {
  await putForm(world, { id: 'meta-box', builder: 'meta-lead-ads', secret: FORM_SECRET });
  const number = newNumber();
  const body = JSON.stringify({
    id: '99887766554433222',
    field_data: [{ name: 'phone_number', values: [number] }],
    custom_disclaimer_responses: [{ checkbox_key: 'sms', is_checked: '' }],
  });
  const query = `secret=${FORM_SECRET}`;
  expect(await post('meta-box', { contentType: 'application/json', headers: {}, query, body })).toMatchObject(
    {
      status: 200,
      json: { consent: { recorded: false, checkboxes: [] } },
    },
  );
  expect(await consentOf(world, number)).toMatchObject({ status: 'none', version: 0 });
  expect(await leadsWith(number)).toHaveLength(1);
});

test('a signing secret is kept until it is taken away, is never shown, and is refused for a builder that signs nothing', async () => {
  const form = {
    id: 'kept',
    builder: 'tally',
    disclaimer: 'You agree to texts.',
    name: 'kept',
    automations: [],
  };
  const put = (more: object) => world.admin('PUT', '/forms/kept', { ...form, ...more });
  const first = await put({ signingSecret: SIGNING_SECRET });
  expect(first.json).toMatchObject({ signed: true, hasSecret: false });
  expect((await put({})).json).toMatchObject({
    signed: true,
    proofOfOrigin: 'Only what Tally signed is taken.',
  });
  const shown = await Promise.all(['/forms/kept', '/forms'].map((path) => world.admin('GET', path)));
  expect(shown.map(({ body }) => body).join()).not.toContain(SIGNING_SECRET);
  expect((await post('kept', await requestOf('generic', jsonFixture('tally.json')))).status).toBe(401);
  expect((await put({ signingSecret: null })).json).toMatchObject({
    signed: false,
    proofOfOrigin: "Nothing proves who posts. Store Tally's secret as signingSecret.",
  });
  const unsigned = await put({ builder: 'unbounce', signingSecret: SIGNING_SECRET });
  expect(unsigned).toMatchObject({ status: 422 });
  expect(unsigned.body).toContain('signs nothing');
  // Removing a form removes its secret, too: the next form with that id starts without one.
  await put({ signingSecret: SIGNING_SECRET });
  expect((await world.admin('DELETE', '/forms/kept')).status).toBe(200);
  const { client, configurationTable } = world.tables;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: configurationTable }));
  expect(Items.filter((item) => item['pk'] === 'FORM_SECRET' && item['sk'] === 'kept')).toEqual([]);
  expect((await put({})).json).toMatchObject({ signed: false });
});

test('a whole builder form of a hundred questions is taken, though a form on a page may not send as much', async () => {
  const number = newNumber();
  const body = CASES[0]?.payload(number, true, `id-${++ids}`) as {
    form_response: { answers: unknown[]; definition: { fields: unknown[] } };
  };
  for (let index = 0; index < 100; index++) {
    const field = { id: `f${index}`, type: 'short_text' };
    body.form_response.answers.push({ type: 'text', text: '<b>anything</b>', field });
    body.form_response.definition.fields.push({
      ...field,
      title: index === 0 ? 'Service' : `Question ${index}`,
      ref: `r${index}`,
    });
  }
  expect(await send('typeform', body)).toMatchObject({ status: 200, json: { consent: { recorded: true } } });
  expect((await leadsWith(number))[0]?.details).not.toHaveProperty('service');
});
