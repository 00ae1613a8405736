import type { Builder } from './builder.ts';
import { answersOf, membersOf } from './read-members.ts';

/** Cognito Forms posts answers under the names of the fields, and data about the entry under `Entry`. */
export const cognitoForms: Builder = {
  title: 'Cognito Forms',
  contentTypes: ['application/json'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`; Cognito signs nothing, so the secret goes into the address.',
    'In the form: Settings, Post JSON Data to a Website; Submit Entry Endpoint {url}?secret=YOUR-SECRET. Leave the Update Entry Endpoint empty.',
    'Name fields by their name in the JSON, such as `SMSConsent`.',
  ],
  retries: 'not confirmed; a repetition has the same entry and counts once',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => {
    const entry = membersOf(payload['Entry']);
    const origin = membersOf(entry['Origin']);
    const form = membersOf(payload['Form'])['Id'] ?? '';
    const id =
      payload['Id'] ??
      (entry['Number'] === undefined ? undefined : `${String(form)}-${String(entry['Number'])}`);
    return {
      answers: answersOf(payload, 'Form', '$version', '$etag', 'Id', 'Entry'),
      submissionId: id,
      submittedAt: entry['DateSubmitted'],
      ip: origin['IpAddress'],
      userAgent: origin['UserAgent'],
    };
  },
};
