import { afterAll, beforeAll, expect, test } from 'vitest';
import { consentOf, newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const json = (value: unknown) => JSON.stringify(value);
const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, 'x']));
const deep = `{"phone": ${'['.repeat(5000)}${']'.repeat(5000)}}`;

test.each([
  ['malformed JSON', '{"phone": ', 'application/json', 400, 'valid JSON'],
  ['JSON that is no object', '["phone"]', 'application/json', 400, 'one JSON object'],
  ['a wrong content type', 'phone=1', 'text/plain', 415, 'application/json'],
  ['a multipart body without its boundary', 'x', 'multipart/form-data', 400, 'boundary'],
  ['no phone', json({ firstName: 'Dana' }), 'application/json', 422, 'phone'],
  ['a phone that is none', json({ phone: 'call me' }), 'application/json', 422, '+1 303 555 0142'],
  ['a phone that is an object', json({ phone: { full: '1' } }), 'application/json', 422, 'phone'],
  ['a phone with an extension', json({ phone: '303 555 0142 x12' }), 'application/json', 422, 'extension'],
  ['a 2 MB body', json({ phone: 'x'.repeat(2_000_000) }), 'application/json', 413, '262144 bytes'],
  ['500 fields', json(many), 'application/json', 422, '200 fields'],
  ['5,000 levels', deep, 'application/json', 422, '10 levels'],
  [
    'control characters',
    json({ phone: '+13035550142', firstName: 'Da\u0000na' }),
    'application/json',
    422,
    'firstName',
  ],
  [
    'a script tag',
    json({ phone: '+13035550142', lastName: '<script>x</script>' }),
    'application/json',
    422,
    'lastName',
  ],
])('a submission with %s is refused and says what to do', async (_, body, type, status, says) => {
  const answer = await world.submit('contact', body, type);
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(answer.body).toContain(says);
});

// A browser's tracking script cuts an emoji in half, a builder sends a float for an id, an attacker tries names of JavaScript's
// own. An answer of 503 would make the sender repeat a submission that can never be taken.
test.each([
  ['half an emoji', '"note":"\\ud83d"'],
  ['half an emoji in a name', '"\\ud83d":"x"'],
  ['a number beyond all numbers', '"note":1e400'],
  ['a number beyond what a table holds', '"note":-1.5e300'],
  ['a number too small for a table', '"note":1e-200'],
  ['more digits than a number holds', '"note":-12345678901234567890'],
  ['a name of JavaScript itself', '"__proto__":{"x":1},"constructor":1,"toString":2'],
  ['such names further in', '"note":{"__proto__":{"x":1},"constructor":1}'],
  ['a field without a name', '"":"x"'],
])('X5 a submission with %s is taken, and again is the same one', async (_, field) => {
  const number = newNumber();
  const body = `{"phone":"${number}","firstName":"Dana",${field}}`;
  const first = await world.submit('contact', body);
  expect(first).toMatchObject({ status: 200, json: { consent: { recorded: true } } });
  expect((await world.submit('contact', body)).json).toEqual(first.json);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', version: 1 });
});

test('a browser name that is cut off in the middle of a character is taken as evidence all the same', async () => {
  const number = newNumber();
  const headers = { 'user-agent': `${'x'.repeat(499)}\u{1f600}` };
  const answer = await world.submit('contact', submission(number), 'application/json', { headers });
  expect(answer.status).toBe(200);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', version: 1 });
});

test('a refused submission leaves nothing behind, and the next one works', async () => {
  const number = newNumber();
  await world.submit('contact', { ...submission(number), firstName: '<b>x</b>' });
  expect((await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`)).json['leads']).toEqual([]);
  expect((await world.submit('contact', submission(number))).status).toBe(200);
});

test('a form that does not exist answers 404 and no more, a form with a secret 401 without it', async () => {
  expect((await world.submit('nobody', submission(newNumber()))).status).toBe(404);
  const secret = 'a-long-enough-secret';
  await putForm(world, { id: 'guarded', disclaimer: 'You agree to texts.', secret });
  expect((await world.submit('guarded', submission(newNumber()))).status).toBe(401);
  const headers = { 'x-sendgate-secret': secret };
  const answer = await world.submit('guarded', submission(newNumber()), 'application/json', { headers });
  expect(answer.status).toBe(200);
  expect((await world.admin('GET', '/forms/guarded')).body).not.toContain(secret);
});

test('a webhook without a valid signature gets 403 and leaves nothing behind', async () => {
  const number = newNumber();
  const body = new URLSearchParams({
    From: number,
    To: '+13035550100',
    Body: 'STOP',
    MessageSid: 'SM1',
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'Zm9yZ2Vk' };
  for (const handler of [world.handlers.inbound, world.handlers.status]) {
    for (const given of [headers, {}]) {
      const answer = await world.call(handler, 'POST', '/twilio/inbound', {
        body,
        headers: given,
        query: 'message=1',
      });
      expect(answer.status).toBe(403);
    }
  }
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent`);
  expect(json).toMatchObject({ version: 0 });
});

test('a signed callback for an unknown message gets 404', async () => {
  const answer = await world.twilio.callback('/twilio/status?message=nobody.welcome.0', {
    MessageSid: `SM${'0'.repeat(32)}`,
    MessageStatus: 'delivered',
  });
  expect(answer.status).toBe(404);
});

test('a template with an unknown merge field is refused with the field that holds it', async () => {
  const answer = await world.admin('PUT', '/automations/broken', {
    id: 'broken',
    kind: 'drip',
    name: 'broken',
    steps: [{ delay: 'PT0S', template: 'Hi {{fristName}}' }],
  });
  expect(answer.status).toBe(422);
  expect(answer.json['errors']).toMatchObject([
    { field: 'steps[0].template', message: expect.stringContaining('fristName') },
  ]);
});

test('a merge field without a value and without a default refuses the text with the reason', async () => {
  await world.admin('PUT', '/automations/greet', {
    id: 'greet',
    kind: 'newProspect',
    name: 'greet',
    steps: [{ delay: 'PT0S', template: 'Hello {{firstName}} in {{city}}!' }],
  });
  await putForm(world, { id: 'greeted', disclaimer: 'You agree to texts.', automations: ['greet'] });
  const number = newNumber();
  await world.submit('greeted', submission(number));
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  expect(json['messages']).toMatchObject([
    { status: 'refused', sentence: expect.stringContaining('no city') },
  ]);
});

test('a queue record that nobody can read goes back alone, and its batch goes on', async () => {
  const answer = await world.handlers.gate({
    Records: [{ messageId: 'broken', body: '{"leadId":' }],
  } as never);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'broken' }] });
});
