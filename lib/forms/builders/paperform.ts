import type { Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { entriesOf, namesOf, readUtc } from './read-members.ts';

const FACTS: Readonly<Record<string, Fact>> = { phone: 'phone', email: 'email' };

/** Paperform lists questions with title, key and custom key. */
export const paperform: Builder = {
  title: 'Paperform',
  contentTypes: ['application/json'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`; Paperform signs nothing, so the secret goes into the address.',
    'In the form: After Submission, Integrations & Webhooks, Add Webhook; {url}?secret=YOUR-SECRET, triggered on New Submission. Never choose Partial Submission: its body looks like a finished one.',
    'Name questions by their title, key or custom key.',
  ],
  retries: 'not confirmed; a repetition has the same submission id and counts once',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => ({
    answers: entriesOf(payload['data']).map((field) => {
      const fact = FACTS[String(field['type'])];
      return {
        names: namesOf(field['custom_key'], field['key'], field['title']),
        value: field['value'],
        ...(fact && { fact }),
      };
    }),
    submissionId: payload['submission_id'],
    submittedAt: readUtc(payload['created_at']),
    ip: payload['ip_address'],
  }),
};
