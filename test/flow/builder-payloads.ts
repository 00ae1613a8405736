import type { BuilderName } from '../../lib/forms/builders/index.ts';
import { FORM_SECRET, fixture, jsonFixture } from './builder-requests.ts';

/** One builder's submission: a lead with a phone and a consent box, ticked or not. */
export interface BuilderCase {
  readonly builder: BuilderName;
  /** The source of the payload. */
  readonly source: string;
  readonly form?: Record<string, unknown>;
  /** The field of the consent box. */
  readonly box: string;
  readonly payload: (number: string, ticked: boolean, id: string) => unknown;
  /** The details that the lead has after the submission. */
  readonly details: Record<string, string>;
}

const national = (number: string) => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
export const BOX_WORDS = 'I agree to get recurring texts from Test Windows.';

/** One case for every builder. A fixture gets the phone or box that it lacks; other payloads are written from documentation. */
export const CASES: readonly BuilderCase[] = [
  {
    builder: 'typeform',
    source: 'typeform.json',
    box: 'readable_ref_legal',
    details: { firstName: 'Laura', email: 'laura@example.com' },
    payload: (number, ticked, id) => {
      const body = jsonFixture('typeform.json');
      const answers = body.form_response.answers;
      answers.find((answer: { field: { type: string } }) => answer.field.type === 'legal').boolean = ticked;
      answers.push({
        type: 'phone_number',
        phone_number: number,
        field: { id: 'phone1', type: 'phone_number' },
      });
      body.form_response.token = id;
      return body;
    },
  },
  {
    builder: 'tally',
    source: 'tally.json',
    form: { defaultCountry: 'BE' },
    box: 'Checkboxes (Swimming)',
    details: { email: 'alice@example.com', utmCampaign: 'newsletter' },
    payload: (number, ticked, id) => {
      const body = jsonFixture('tally.json');
      const field = (label: string) =>
        body.data.fields.find((candidate: { label: string }) => candidate.label === label);
      field('Phone number').value = number;
      field('Checkboxes (Swimming)').value = ticked;
      if (!ticked) field('Checkboxes').value = [];
      body.data.submissionId = id;
      return body;
    },
  },
  {
    builder: 'jotform',
    source: 'jotform.fields.json',
    box: 'q90_smsConsent',
    details: { firstName: 'Dana', lastName: 'Reyes' },
    payload: (number, ticked, id) => {
      const body = jsonFixture('jotform.fields.json');
      const raw = JSON.parse(body.rawRequest);
      raw.q88_phone = { full: national(number) };
      raw.q89_name = { first: 'Dana', last: 'Reyes' };
      if (ticked) raw.q90_smsConsent = [BOX_WORDS];
      return { ...body, submissionID: id, rawRequest: JSON.stringify(raw) };
    },
  },
  {
    builder: 'webflow',
    source: 'webflow.json',
    box: 'SMS Consent',
    details: { firstName: 'Zaphod', lastName: 'Beeblebrox', email: 'zaphod@heartofgold.ai' },
    payload: (number, ticked, id) => {
      const body = jsonFixture('webflow.json');
      body.payload.data['Phone Number'] = Number(number.slice(1));
      body.payload.data['SMS Consent'] = ticked ? 'true' : 'false';
      body.payload.id = id;
      return body;
    },
  },
  {
    builder: 'gravity-forms',
    source: 'gravityforms.entry.json',
    form: { fields: { phone: '4', address: '2', email: '3' } },
    box: '8.1',
    details: {
      firstName: 'First',
      lastName: 'Last',
      address: '12 Alister St',
      city: 'Ali',
      state: 'State',
      zip: '2678',
      email: 'my@test.com',
    },
    payload: (number, ticked, id) => ({
      ...jsonFixture('gravityforms.entry.json'),
      id,
      4: national(number),
      8.1: ticked ? '1' : '',
    }),
  },
  {
    builder: 'wpforms',
    source: 'documentation',
    box: 'smsConsent',
    details: { firstName: 'Dana', lastName: 'Reyes' },
    payload: (number, ticked, id) => ({
      submissionId: id,
      name: 'Dana Reyes',
      phone: number,
      smsConsent: ticked ? `News by mail||${BOX_WORDS}` : 'News by mail',
    }),
  },
  {
    builder: 'elementor',
    source: 'documentation',
    box: 'sms_consent',
    details: { firstName: 'Dana', lastName: 'Reyes' },
    payload: (number, ticked, id) => ({
      'form[id]': id,
      'fields[name][id]': 'name',
      'fields[name][title]': 'Your name',
      'fields[name][value]': 'Dana Reyes',
      'fields[phone][title]': 'Phone',
      'fields[phone][value]': national(number),
      ...(ticked && { 'fields[sms_consent][title]': 'Texts', 'fields[sms_consent][value]': 'on' }),
      'meta[page_url][value]': 'https://example.com/quote',
      'meta[remote_ip][value]': '198.51.100.7',
    }),
  },
  {
    builder: 'wufoo',
    source: 'documentation',
    form: { secret: FORM_SECRET },
    box: 'Field7',
    details: { firstName: 'Dana', lastName: 'Reyes' },
    payload: (number, ticked, id) => ({
      Field1: 'Dana',
      Field2: 'Reyes',
      Field4: number.slice(2),
      Field7: ticked ? BOX_WORDS : '',
      EntryId: id,
      HandshakeKey: FORM_SECRET,
      FieldStructure: JSON.stringify({
        Fields: [
          {
            Title: 'Name',
            Type: 'shortname',
            ID: 'Field1',
            SubFields: [
              { ID: 'Field1', Label: 'First' },
              { ID: 'Field2', Label: 'Last' },
            ],
          },
          { Title: 'How do we reach you?', Type: 'phone', ID: 'Field4' },
        ],
      }),
    }),
  },
  {
    builder: 'formstack',
    source: 'documentation',
    form: { secret: FORM_SECRET },
    box: 'Texts',
    details: { firstName: 'John', lastName: 'Smith' },
    payload: (number, ticked, id) => ({
      FormID: '23534',
      UniqueID: id,
      Name: 'first = John\nlast = Smith',
      Phone: national(number),
      Texts: ticked ? BOX_WORDS : '',
      HandshakeKey: FORM_SECRET,
    }),
  },
  {
    builder: 'formspree',
    source: 'documentation',
    box: 'smsConsent',
    details: { firstName: 'Dana', zip: '80202' },
    payload: (number, ticked, id) => ({
      form: 'mqkvabcd',
      submission: {
        first_name: 'Dana',
        phone: number,
        zip: '80202',
        note: id,
        ...(ticked && { smsConsent: 'on' }),
      },
    }),
  },
  {
    builder: 'unbounce',
    source: 'unbounce.body.txt',
    box: 'sms_consent',
    details: { email: 'user@example.com' },
    payload: (number, ticked, id) => {
      const fields = Object.fromEntries(new URLSearchParams(fixture('unbounce.body.txt')));
      const data = JSON.parse(fields['data.json'] ?? '{}');
      data.phone_number = [national(number)];
      data.note = [id];
      if (ticked) data.sms_consent = [BOX_WORDS];
      return { ...fields, 'data.json': JSON.stringify(data) };
    },
  },
  {
    builder: 'netlify',
    source: 'documentation',
    box: 'smsConsent',
    details: { firstName: 'Dana', lastName: 'Reyes', email: 'dana@example.com' },
    payload: (number, ticked, id) => ({
      id,
      form_name: 'contact',
      created_at: '2026-11-20T15:04:05.000Z',
      data: {
        name: 'Dana Reyes',
        email: 'dana@example.com',
        phone: number,
        ...(ticked && { smsConsent: 'on' }),
        ip: '198.51.100.7',
        user_agent: 'Mozilla/5.0',
        referrer: 'https://example.com/contact',
      },
    }),
  },
  {
    builder: 'fillout',
    source: 'fillout.json',
    box: 'May we text you?',
    details: { firstName: 'Timmy', email: 'example@example.com' },
    payload: (number, ticked, id) => {
      const body = jsonFixture('fillout.json');
      body.submission.submissionId = id;
      body.submission.questions.push(
        { id: 'p1', name: 'Where do we reach you?', type: 'PhoneNumber', value: number },
        { id: 'c1', name: 'May we text you?', type: 'Checkbox', value: ticked },
      );
      return body;
    },
  },
  {
    builder: 'paperform',
    source: 'documentation',
    box: 'sms_consent',
    details: { firstName: 'Dana', lastName: 'Reyes', address: '343 Tester Road, Snohomish' },
    payload: (number, ticked, id) => ({
      data: [
        { title: 'Name', type: 'text', key: 'a1', custom_key: null, value: 'Dana Reyes' },
        { title: 'Phone', type: 'phone', key: 'b2', custom_key: null, value: number },
        {
          title: 'Address',
          type: 'address',
          key: 'c3',
          custom_key: null,
          value: '343 Tester Road, Snohomish',
        },
        { title: 'Texts', type: 'yesNo', key: 'd4', custom_key: 'sms_consent', value: ticked ? 'Yes' : 'No' },
      ],
      submission_id: id,
      created_at: '2026-11-20 15:04:05',
      ip_address: '198.51.100.7',
    }),
  },
  {
    builder: 'cognito-forms',
    source: 'documentation',
    box: 'SMSConsent',
    details: { firstName: 'Jane', lastName: 'Smith', address: '1 Main St', zip: '29201' },
    payload: (number, ticked, id) => ({
      Form: { Id: '1', InternalName: 'Quote' },
      Id: id,
      Name: { First: 'Jane', Last: 'Smith', FirstAndLast: 'Jane Smith' },
      Phone: national(number),
      Address: { Line1: '1 Main St', City: 'Columbia', State: 'SC', PostalCode: '29201' },
      SMSConsent: ticked,
      Entry: { Number: 42, DateSubmitted: '2026-11-20T15:04:05Z', Origin: { IpAddress: '198.51.100.7' } },
    }),
  },
  {
    builder: 'google-forms',
    source: 'documentation',
    box: 'Texts',
    details: { firstName: 'Dana', lastName: 'Reyes' },
    payload: (number, ticked, id) => ({
      response: {
        id,
        timestamp: '2026-11-20T15:04:05.000Z',
        answers: { 'Full name': 'Dana Reyes', 'Phone number': number, Texts: ticked ? [BOX_WORDS] : [] },
      },
    }),
  },
  {
    builder: 'hubspot',
    source: 'documentation',
    box: 'sms_consent',
    details: { firstName: 'Dana', lastName: 'Reyes' },
    payload: (number, ticked, id) => ({
      vid: 4711,
      note: id,
      properties: {
        firstname: { value: 'Dana' },
        lastname: { value: 'Reyes' },
        phone: { value: number },
        sms_consent: { value: String(ticked) },
      },
    }),
  },
  {
    builder: 'angi',
    source: 'angi.2026.json',
    form: { checkboxes: [] },
    box: 'automatedContactCompliant',
    details: {
      firstName: 'Fred',
      lastName: 'Flintstone',
      address: '3842 N 32nd Street',
      city: 'Phoenix',
      state: 'AZ',
      zip: '85018',
      service: 'Drain Cleaning - Clear Blockage',
      source: 'AngiesList',
    },
    payload: (number, ticked, id) => ({
      ...jsonFixture('angi.2026.json'),
      primaryPhone: number,
      primaryMaskedNumber: '+16235550199',
      leadOid: id,
      automatedContactCompliant: ticked,
    }),
  },
];
