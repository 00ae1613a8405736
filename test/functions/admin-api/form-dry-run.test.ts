import { afterAll, beforeAll, expect, test } from 'vitest';
import { BOX_WORDS, CASES } from '../../flow/builder-payloads.ts';
import { fixture, requestOf } from '../../flow/builder-requests.ts';
import { CHECKBOX_WORDS, consentOf, newNumber, putForm, setUp } from '../../flow/organization.ts';
import { createWorld, type World } from '../../flow/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const dryRun = (id: string, body: unknown) => world.admin('POST', `/forms/${id}/dry-run`, body);

test('H4 a dry run shows phone, checkbox, consent, enrollments and unused fields of a body, and stores nothing', async () => {
  const body =
    'phone=%28303%29+555-0142&smsConsent=on&name=Dana+de+la+Cruz&favoriteColor=green&submissionId=p-1';
  const answer = await dryRun('quote', { body, contentType: 'application/x-www-form-urlencoded' });
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.json).toEqual({
    outcome: 'taken',
    submissionId: 'p-1',
    submittedAt: null,
    unfinished: null,
    phone: { field: 'phone', value: '(303) 555-0142', number: '+13035550142' },
    checkboxes: [{ number: 1, field: 'smsConsent', value: 'on', ticked: true, wordsShown: CHECKBOX_WORDS }],
    consent: [
      {
        kind: 'explicitWeb',
        checkbox: 1,
        wordsShown: CHECKBOX_WORDS,
        wordsVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
        before: 'none',
        after: 'opted_in',
        effect: 'changed',
      },
    ],
    details: { firstName: 'Dana', lastName: 'de la Cruz' },
    enrollments: [{ automationId: 'welcome', enabled: true }],
    problems: [],
    leftOut: [],
    unusedFields: ['favoriteColor'],
  });
  expect(await consentOf(world, '+13035550142')).toMatchObject({ version: 0 });
  expect((await world.admin('GET', '/leads?number=%2B13035550142')).json['leads']).toEqual([]);
  const real = await world.submit('quote', body, 'application/x-www-form-urlencoded');
  expect(real.json).toMatchObject({ submissionId: 'p-1', consent: { recorded: true } });
});

test('a dry run says what a submission would make of the number as it stands: an implied consent leaves an opt-out alone', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  expect((await dryRun('contact', { sample: { phone: number } })).json['consent']).toMatchObject([
    { kind: 'impliedForm', before: 'opted_out', after: 'opted_out', effect: 'unchanged' },
  ]);
});

test.each(CASES)(
  'a dry run of $builder says the same as its submission would',
  async ({ builder, box, form, payload }) => {
    const checkboxes = [{ number: 1, field: box, wordsShown: BOX_WORDS }];
    await putForm(world, { id: builder, builder, checkboxes, ...form });
    const number = builder === 'tally' ? '+32491223399' : newNumber();
    const { body, contentType } = await requestOf(builder, payload(number, true, 'p-2'));
    expect((await dryRun(builder, { body, contentType })).json).toMatchObject({
      outcome: 'taken',
      phone: { number },
      checkboxes: [{ number: 1, field: box, ticked: true }],
      consent: [{ after: 'opted_in' }],
      problems: [],
    });
    const unticked = await requestOf(builder, payload(number, false, 'p-3'));
    expect(
      (await dryRun(builder, { body: unticked.body, contentType: unticked.contentType })).json,
    ).toMatchObject({
      checkboxes: [{ ticked: false }],
      consent: [],
    });
  },
);

test('a dry run finds what a form lacks: the problems of a payload, a path that leads nowhere, fields nobody mapped', async () => {
  await putForm(world, {
    id: 'nested',
    fields: { phone: 'answers[1].value', zip: 'contact.address.zip' },
    checkboxes: [{ number: 2, field: 'consents.sms', wordsShown: 'Texts, please', option: 'agreed' }],
  });
  const sample = {
    answers: [{ value: 'x' }, { value: 3035550142 }],
    contact: { address: { zip: '80202' } },
    consents: { sms: 'Agreed' },
  };
  expect((await dryRun('nested', { sample })).json).toMatchObject({
    outcome: 'taken',
    phone: { field: 'answers[1].value', value: 3035550142, number: '+13035550142' },
    checkboxes: [{ number: 2, value: 'Agreed', ticked: true }],
    details: { zip: '80202' },
  });
  expect((await dryRun('nested', { sample: { phone: '+13035550142' } })).json).toMatchObject({
    outcome: 'refused',
    checkboxes: [{ value: null, ticked: false }],
    problems: [{ field: 'answers[1].value' }],
    unusedFields: ['phone'],
  });
});

test('a dry run of a body that cannot be read, of both or of nothing, and by an agent, says what to do', async () => {
  const type = 'multipart/form-data; boundary=----sendgateBoundary7MA4';
  const multipart = await dryRun('quote', { body: fixture('generic.multipart.txt'), contentType: type });
  expect(multipart.json).toMatchObject({ outcome: 'taken', details: { lastName: 'Müller' } });
  for (const body of [{ body: '{' }, {}, { body: '{}', sample: {} }]) {
    expect(await dryRun('quote', body)).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'body' }] },
    });
  }
  expect((await dryRun('nobody', { sample: {} })).status).toBe(404);
  expect((await world.admin('POST', '/forms/quote/dry-run', { sample: {} }, '[agent]')).status).toBe(403);
});
