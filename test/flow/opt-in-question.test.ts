import { Ajv2020 } from 'ajv/dist/2020.js';
import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptHash } from '../../functions/form-webhook/html/page.ts';
import { consentOf, newNumber, putForm, setUp } from './organization.ts';
import { type Answer, createWorld, SENDER, type World } from './world.ts';

const NAME = '<script>alert(1)</script> "Windows" & Söhne\'s';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world, { organizationName: 'Acme Windows' });
  await putForm(world, { id: 'ask', optInQuestion: { required: true } });
  await putForm(world, { id: 'ask-optional', optInQuestion: { required: false } });
});
afterAll(() => world.close());

function get(formId = 'ask', query = '', accept = 'application/json') {
  return world.call(world.handlers.form, 'GET', `/forms/${formId}/opt-in-question`, {
    query,
    pathParameters: { formId },
    headers: { accept },
  });
}

async function versionOf(formId = 'ask'): Promise<string> {
  return String((await get(formId)).json['version']);
}

/** Posts a form as a browser without scripts does. */
function post(formId: string, fields: Record<string, string>, accept = '*/*'): Promise<Answer> {
  const body = new URLSearchParams(fields).toString();
  return world.submit(formId, body, 'application/x-www-form-urlencoded', { headers: { accept } });
}

async function sayYes(number: string, formId = 'ask', accept?: string): Promise<Answer> {
  const version = await versionOf(formId);
  return post(
    formId,
    { sms_opt_in: 'yes', sms_opt_in_phone: number, sms_opt_in_version: version, sms_opt_in_leave_empty: '' },
    accept,
  );
}

async function eventsOf(number: string) {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  return json['events'] as Record<string, unknown>[];
}

/** Loads a page as a browser does. @param scripts true to run the page's own script. */
function browse(html: string, scripts: boolean): JSDOM {
  return new JSDOM(html, { runScripts: scripts ? 'dangerously' : 'outside-only' });
}

test('B1 the question is served as JSON with fixed words, their version and a schema that its answers satisfy', async () => {
  const { json, status } = await get();
  expect(status).toBe(200);
  expect(json).toMatchObject({
    question: 'Would you like to get text messages from Acme Windows?',
    required: true,
    answers: [{ value: 'yes' }, { value: 'no' }],
    submitTo: expect.stringMatching(/\/forms\/ask\/submissions$/),
  });
  for (const needed of [
    'Acme Windows',
    'recurring automated',
    'not a condition',
    'rates may apply',
    'STOP',
    'HELP',
  ]) {
    expect(json['disclaimer']).toContain(needed);
  }
  const valid = new Ajv2020({ strict: false }).compile(json['schema'] as object);
  const version = json['version'];
  expect(valid({ sms_opt_in: 'yes', sms_opt_in_phone: '303 555 0142', sms_opt_in_version: version })).toBe(
    true,
  );
  expect(valid({ sms_opt_in: 'no' })).toBe(true);
  expect(valid({ sms_opt_in: 'yes', sms_opt_in_version: version })).toBe(false);
  expect(valid({})).toBe(false);
  const optional = (await get('ask-optional')).json['schema'] as object;
  expect(new Ajv2020({ strict: false }).compile(optional)({})).toBe(true);
});

test('B1 nobody can edit the disclaimer: a form takes no words beside the question, and a posted version that is not ours is refused', async () => {
  const put = (more: object) =>
    world.admin('PUT', '/forms/x', { id: 'x', name: 'x', optInQuestion: { required: true }, ...more });
  for (const more of [
    { disclaimer: 'Mine' },
    { checkboxes: [{ number: 1, field: 'a', wordsShown: 'Mine' }] },
    { optInQuestion: { required: true, disclaimer: 'Mine' } },
  ]) {
    expect((await put(more)).status).toBe(422);
  }
  const number = newNumber();
  for (const version of ['', '1', '2.0000000000000000', '1.0000000000000000', '__proto__.x']) {
    const answer = await post('ask', {
      sms_opt_in: 'yes',
      sms_opt_in_phone: number,
      sms_opt_in_version: version,
    });
    expect(answer).toMatchObject({ status: 422, json: { errors: [{ field: 'sms_opt_in_version' }] } });
  }
  expect(await consentOf(world, number)).toMatchObject({ version: 0 });
});

test('B1 Yes records an explicit opt-in with the exact words and their version, and the text leaves within one cycle', async () => {
  const number = newNumber();
  const answer = await sayYes(number);
  expect(answer).toMatchObject({ status: 200, json: { consent: { recorded: true, answer: 'yes' } } });
  const { question, disclaimer, version } = (await get()).json;
  expect(await eventsOf(number)).toMatchObject([
    {
      kind: 'explicitWeb',
      after: 'opted_in',
      evidence: {
        source: 'form',
        formId: 'ask',
        answer: 'yes',
        wordsShown: `${question}\n${disclaimer}`,
        disclaimerVersion: version,
        ip: '203.0.113.9',
      },
    },
  ]);
  await world.runCycle();
  expect(world.textsTo(number).join()).toContain('thanks for asking Acme Windows');
});

test('B1 No with a number is an opt-out with its evidence and enrols nobody; No without one, or no answer to an optional question, is nothing', async () => {
  const number = newNumber();
  await sayYes(number);
  const answer = await post('ask', { sms_opt_in: 'no', sms_opt_in_phone: number });
  expect(answer).toMatchObject({
    status: 200,
    json: { consent: { recorded: false, optedOut: true, answer: 'no' } },
  });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  expect((await eventsOf(number)).at(-1)).toMatchObject({
    kind: 'optOut',
    evidence: { source: 'form', answer: 'no', wordsShown: expect.stringContaining('Acme Windows') },
  });
  const stranger = newNumber();
  await post('ask', { sms_opt_in: 'no', sms_opt_in_phone: stranger });
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(stranger)}`);
  const [lead] = json['leads'] as { id: string }[];
  expect((await world.admin('GET', `/leads/${lead?.id}`)).json['enrollments']).toEqual([]);
  for (const [form, fields] of [
    ['ask', { sms_opt_in: 'no' }],
    ['ask-optional', {}],
  ] as const) {
    expect(await post(form, fields)).toMatchObject({ status: 200, json: { consent: { recorded: false } } });
  }
});

test.each([
  ['no answer', {}, 'sms_opt_in'],
  ['another answer', { sms_opt_in: 'maybe' }, 'sms_opt_in'],
  ['Yes without a number', { sms_opt_in: 'yes' }, 'phone'],
  ['Yes with a number that is none', { sms_opt_in: 'yes', sms_opt_in_phone: '12' }, 'sms_opt_in_phone'],
])('B1 a required question with %s is refused with the field that is wrong', async (_, fields, field) => {
  const answer = await post('ask', { sms_opt_in_version: await versionOf(), ...fields } as Record<
    string,
    string
  >);
  expect(answer.status).toBe(422);
  expect((answer.json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
});

test('B2 the consent is for the number that was given and no other: a new number must opt in again', async () => {
  const [number, contact] = [newNumber(), newNumber()];
  await post('ask', {
    phone: contact,
    sms_opt_in: 'yes',
    sms_opt_in_phone: number,
    sms_opt_in_version: await versionOf(),
  });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  expect(await consentOf(world, contact)).toMatchObject({ status: 'none', version: 0 });
  await post('ask-optional', { phone: contact });
  await world.runCycle();
  expect(world.textsTo(contact)).toEqual([]);
  await sayYes(contact);
  expect(await consentOf(world, contact)).toMatchObject({ status: 'opted_in' });
});

test('B7 S5 who opted out by text answers Yes and texts START, as the answer says; the agent’s opt-out is lifted by the Yes alone', async () => {
  const number = newNumber();
  await sayYes(number);
  await world.text(number, 'STOP');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
  const next = `Text START to ${SENDER}: you opted out by text, and only a text from your phone undoes that.`;
  const again = await sayYes(number);
  expect(again).toMatchObject({ status: 200, json: { consent: { recorded: false, next } } });
  expect((await sayYes(number, 'ask', BROWSER)).body).toContain(next);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
  // The answer mentions consent only for a number that opted in with this very submission.
  expect((await post('ask-optional', { phone: number })).json['consent']).not.toHaveProperty('next');
  await world.text(number, 'START');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', carrierBlocked: false });
  expect((await sayYes(number)).json['consent']).not.toHaveProperty('next');
  await world.admin('POST', `/numbers/${encodeURIComponent(number)}/opt-out`);
  expect((await sayYes(number)).json['consent']).toMatchObject({ recorded: true });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test('B7 X3 an answer that a browser sends once more, after a No, is the old answer; a new showing of the question is a new one', async () => {
  const number = newNumber();
  const answerOf = (page: string) => {
    const { document } = browse(page, false).window;
    const hidden = [...document.querySelectorAll<HTMLInputElement>('input[type=hidden]')];
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    return { ...fields, sms_opt_in: 'yes', sms_opt_in_phone: number, sms_opt_in_leave_empty: '' };
  };
  const first = answerOf((await get('ask', '', BROWSER)).body);
  await post('ask', first, BROWSER);
  await post('ask', { sms_opt_in: 'no', sms_opt_in_phone: number });
  await post('ask', first, BROWSER);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  await post('ask', answerOf((await get('ask', '', BROWSER)).body), BROWSER);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test('B1 a No with the page that said Yes before is a No', async () => {
  const number = newNumber();
  const fields = {
    sms_opt_in_phone: number,
    sms_opt_in_version: await versionOf(),
    sms_opt_in_once: 'showing-1',
  };
  await post('ask', { ...fields, sms_opt_in: 'yes' });
  await post('ask', { ...fields, sms_opt_in: 'no' });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test('B7 who said No on the web, without a STOP, opts in again and is told nothing of a block', async () => {
  const number = newNumber();
  await post('ask', { sms_opt_in: 'no', sms_opt_in_phone: number });
  expect((await sayYes(number)).json['consent']).toEqual({ recorded: true, checkboxes: [], answer: 'yes' });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test('a program that fills in every field is answered like a person and leaves nothing behind', async () => {
  const number = newNumber();
  const answer = await post('ask', {
    sms_opt_in: 'yes',
    sms_opt_in_phone: number,
    sms_opt_in_version: await versionOf(),
    sms_opt_in_leave_empty: 'https://spam.example',
  });
  expect(answer).toMatchObject({ status: 200, json: { submissionId: expect.any(String) } });
  expect(await consentOf(world, number)).toMatchObject({ version: 0 });
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  expect(json['leads']).toEqual([]);
});

test('a form without a script gets a page: thanks after Yes and No, and the question again with what is wrong', async () => {
  const number = newNumber();
  const thanks = await sayYes(number, 'ask', BROWSER);
  expect(thanks.status).toBe(200);
  expect(thanks.body).toMatch(/^<!doctype html>[\s\S]*Thank you[\s\S]*You will get our text messages/);
  const no = await post('ask', { sms_opt_in: 'no', sms_opt_in_phone: number }, BROWSER);
  expect(no.body).toContain('You will get no text messages');
  const wrong = await post(
    'ask',
    { sms_opt_in: 'yes', sms_opt_in_phone: '12"><b>', sms_opt_in_version: await versionOf() },
    BROWSER,
  );
  expect(wrong.status).toBe(422);
  const { document } = browse(wrong.body, false).window;
  expect(document.querySelector('[role=alert]')?.textContent).toContain('valid phone number');
  expect(document.querySelector<HTMLInputElement>('input[type=tel]')?.value).toBe('12"><b>');
  expect(document.querySelector('input[type=tel]')?.getAttribute('aria-invalid')).toBe('true');
  expect(document.querySelector('b')).toBeNull();
  // Every other caller still gets JSON, and so does a browser's script that asks for it.
  for (const accept of ['*/*', 'application/json, text/html']) {
    expect((await sayYes(number, 'ask', accept)).json['consent']).toBeDefined();
  }
  expect((await post('nobody', {}, BROWSER)).body).toContain('<h1>No such form</h1>');
});

test('B1 with the script the number appears with Yes and is needed then; without it the input is simply there', async () => {
  const snippet = (await get('ask', 'format=html')).body;
  expect(snippet).not.toMatch(/<html|<body/);
  const page = `<!doctype html><html lang="en"><title>t</title><body>${snippet}</body></html>`;
  const plain = browse(page, false).window.document;
  expect(plain.querySelector<HTMLElement>('.phone')?.hidden).toBe(false);
  expect(plain.querySelectorAll('input[type=radio]:checked')).toHaveLength(0);
  expect(plain.querySelectorAll('input[type=radio][required]')).toHaveLength(2);
  const { document, Event } = browse(page, true).window;
  const phone = document.querySelector<HTMLElement>('.phone');
  const input = document.querySelector<HTMLInputElement>('input[type=tel]');
  const choose = (value: string) => {
    const radio = document.querySelector<HTMLInputElement>(`input[value=${value}]`);
    if (!radio) throw new Error('There is no such choice');
    radio.checked = true;
    radio.dispatchEvent(new Event('change', { bubbles: true }));
  };
  expect(document.querySelector<HTMLInputElement>('[name=sms_opt_in_once]')?.value).toMatch(/^\w{12,}$/);
  expect([phone?.hidden, input?.required]).toEqual([true, false]);
  choose('yes');
  expect([phone?.hidden, input?.required]).toEqual([false, true]);
  choose('no');
  expect([phone?.hidden, input?.required]).toEqual([true, false]);
});

test("the organization's name and a prefilled number are text and never markup, and only our own script may run", async () => {
  await world.admin('PATCH', '/settings', { organizationName: NAME });
  const phone = '"><img src=x onerror=alert(1)>';
  const query = new URLSearchParams({ phone }).toString();
  for (const [format, accept] of [
    [`format=html&${query}`, '*/*'],
    [query, BROWSER],
  ] as const) {
    const { body } = await get('ask', format, accept);
    const { document } = browse(body, false).window;
    expect(document.querySelectorAll('script')).toHaveLength(1);
    expect(document.querySelector('img, [onerror]')).toBeNull();
    expect(document.querySelector('legend')?.textContent).toContain(`text messages from ${NAME}?`);
    expect(document.querySelector<HTMLInputElement>('input[type=tel]')?.value).toBe(phone);
  }
  const raw = (await world.handlers.form({
    rawPath: '/forms/ask/opt-in-question',
    rawQueryString: '',
    pathParameters: { formId: 'ask' },
    headers: { accept: BROWSER },
    requestContext: { http: { method: 'GET', sourceIp: '203.0.113.9' } },
  } as never)) as { headers: Record<string, string>; body: string };
  const script = browse(raw.body, false).window.document.querySelector('script')?.textContent ?? '';
  expect(raw.headers['content-security-policy']).toContain(`script-src ${scriptHash(script)}`);
  expect(raw.headers['content-security-policy']).toContain("default-src 'none'");
  // The words on a screen that still shows the old name can no longer be proved: the question is asked again.
  const old = '1.aaaaaaaaaaaaaaaa';
  const answer = await post('ask', {
    sms_opt_in: 'yes',
    sms_opt_in_phone: newNumber(),
    sms_opt_in_version: old,
  });
  expect(answer.status).toBe(422);
  await world.admin('PATCH', '/settings', { organizationName: 'Acme Windows' });
});

test.each([
  ['the page', async () => (await get('ask', '', BROWSER)).body],
  ['the optional page', async () => (await get('ask-optional', 'phone=3035550142', BROWSER)).body],
  ['the page with problems', async () => (await post('ask', {}, BROWSER)).body],
  ['the thanks', async () => (await sayYes(newNumber(), 'ask', BROWSER)).body],
])('B1 %s has no accessibility violation that axe can find, with and without the script', async (_, load) => {
  const html = await load();
  for (const scripts of [false, true]) {
    const { window } = browse(html, scripts);
    window.eval(axe.source);
    const run = (window as unknown as { axe: typeof axe }).axe.run;
    // jsdom has no layout, so contrast is checked in a browser.
    const { violations, passes } = await run(window.document, {
      rules: { 'color-contrast': { enabled: false } },
    });
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
    expect(passes.length).toBeGreaterThan(10);
  }
});

test('a form without the question, a disabled one and none at all have no question to serve', async () => {
  await putForm(world, { id: 'off', optInQuestion: { required: true }, enabled: false });
  for (const form of ['quote', 'off', 'nobody']) expect((await get(form)).status).toBe(404);
});
