import { afterAll, beforeAll, expect, test } from 'vitest';
import { newNumber, putForm, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const FOOTER = 'Reply STOP to opt-out of future text communications.';

test.each([
  ['an address to follow', 'http://evil.example/x'],
  ['an address without its scheme', 'Claim it at evil.com/x now'],
  ['a host alone', 'www.evil.example'],
  ['a host in capitals', 'EVIL.COM'],
  ['a shortened address', 'bit.ly'],
])('a stranger cannot make us text %s to somebody in the place of a name', async (_, firstName) => {
  const number = newNumber();
  expect((await world.submit('contact', submission(number, { firstName }))).status).toBe(200);
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([`Hi there, thanks for asking Test Windows!\n${FOOTER}`]);
});

test.each(['J.R.', 'Anne-Marie', 'St. John', "O'Neil", 'Dr.Kim', 'Zoë 😀', 'Jr.'])(
  'the name %s is a name',
  async (firstName) => {
    const number = newNumber();
    await world.submit('contact', submission(number, { firstName }));
    await world.runCycle();
    expect(world.textsTo(number)[0]).toContain(`Hi ${firstName}, thanks`);
  },
);

test('braces in a name are merged no second time, and $ is no pattern', async () => {
  for (const firstName of ['{{organizationName}}', '{{email|x}}', '$&$1$`']) {
    const number = newNumber();
    await world.submit('contact', submission(number, { firstName }));
    await world.runCycle();
    expect(world.textsTo(number)[0]).toBe(`Hi ${firstName}, thanks for asking Test Windows!\n${FOOTER}`);
  }
});

test('fields named like what every object has are fields like others, and change nothing for anybody', async () => {
  const number = newNumber();
  const fields = JSON.stringify(submission(number)).replace(
    '{',
    '{"__proto__":{"smsConsent":"on","enabled":false},"constructor":{"prototype":{"smsConsent":"on"}},',
  );
  const answer = await world.submit('quote', fields);
  expect(answer).toMatchObject({ status: 200, json: { consent: { recorded: false } } });
  expect(({} as Record<string, unknown>)['smsConsent']).toBeUndefined();
  const next = await world.submit('quote', submission(newNumber()));
  expect(next).toMatchObject({ status: 200, json: { consent: { recorded: false } } });
});

test('an object or field name that would end a SOQL statement early never gets into one', async () => {
  await world.admin('PATCH', '/crm/preferences', { enabled: true });
  for (const [object, field] of [
    ['Prospect', 'SMS_Opt_In__c FROM User --'],
    ["Prospect' OR Name != '", 'SMS_Opt_In__c'],
    ['Prospect', 'SMS_Opt_In__c, (SELECT Id FROM Contacts)'],
  ]) {
    const answer = await world.admin('POST', '/crm/mappings', { checkbox: 1, object, field });
    expect(answer.status === 422 || answer.body.includes('It is skipped.'), answer.body).toBe(true);
  }
  await world.submit('contact', submission(newNumber()));
  await world.runCrm(true);
  const asked = world.salesforce.calls().map(({ path }) => decodeURIComponent(path.replaceAll('+', ' ')));
  expect(asked.join('\n')).not.toMatch(/FROM User|Name != |SELECT Id FROM Contacts/);
});

/** Values that no table can store, and names that no object should have. */
const AWKWARD = [
  '"a":1e999',
  '"a":1e30',
  '"a":1e200',
  '"a":1e-200',
  '"a":"\\ud800"',
  '"\\ud800":1',
  '"a":"x\\u0000y"',
  '"toJSON":"x"',
  '"hasOwnProperty":"x"',
  '"toString":{"valueOf":1}',
];
test.each(AWKWARD)('a stranger cannot make us fail by posting %s beside the fields', async (more) => {
  for (const withId of [true, false]) {
    const { submissionId, ...rest } = submission(newNumber());
    const body = JSON.stringify(withId ? { submissionId, ...rest } : rest).replace('{', `{${more},`);
    expect((await world.submit('contact', body)).status).toBe(200);
    expect((await world.submit('contact', body)).status).toBe(200);
  }
});

test('a form field that is called __proto__ is a field, in every encoding', async () => {
  const phone = newNumber();
  const body = new URLSearchParams({ __proto__x: '1', phone }).toString().replace('__proto__x', '__proto__');
  const answer = await world.submit('contact', body, 'application/x-www-form-urlencoded');
  expect(answer).toMatchObject({ status: 200, json: { consent: { recorded: true } } });
});

test('a body that is nested a hundred thousand deep is refused by every API that reads JSON, and the next is answered', async () => {
  const deep = `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`;
  const send = (path: string, handler = world.handlers.admin) =>
    world.call(handler, 'PATCH', path, {
      body: deep,
      headers: { 'content-type': 'application/json' },
      claims: { sub: 'user-1', 'cognito:groups': '[admin]' },
    });
  expect((await send('/settings')).status).toBe(422);
  expect((await send('/crm/preferences', world.handlers.crmApi)).status).toBe(422);
  expect((await world.submit('contact', deep)).status).toBe(422);
  expect((await world.admin('GET', '/settings')).status).toBe(200);
});

test('a page that asks again shows what a stranger typed as text', async () => {
  await putForm(world, { id: 'ask', optInQuestion: { required: true } });
  const typed = '"><script>window.ran = true</script>';
  const body = new URLSearchParams({ sms_opt_in: 'yes', sms_opt_in_phone: typed }).toString();
  const answer = await world.submit('ask', body, 'application/x-www-form-urlencoded', {
    headers: { accept: 'text/html' },
  });
  expect(answer.status).toBe(422);
  expect(answer.body).not.toContain('<script>window.ran');
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
});
