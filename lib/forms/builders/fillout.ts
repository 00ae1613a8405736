import type { Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { entriesOf, membersOf, namesOf } from './read-members.ts';

const FACTS: Readonly<Record<string, Fact>> = { PhoneNumber: 'phone', EmailInput: 'email' };

/** Fillout lists questions with their types, and URL parameters in a list of their own. */
export const fillout: Builder = {
  title: 'Fillout',
  contentTypes: ['application/json'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`; Fillout signs nothing, so the secret goes into the address.',
    'In the form: Integrate, Webhook; paste {url}?secret=YOUR-SECRET.',
    'Name questions by their id or by their text.',
  ],
  retries: 'not confirmed; a repetition has the same submission id and counts once',
  verifiedWith: 'fillout.json: an event captured from the service, with phone and checkbox questions added',
  parse: (payload) => {
    const inner = membersOf(payload['submission']);
    const submission = Object.keys(inner).length > 0 ? inner : payload;
    const lists = [submission['questions'], submission['urlParameters'], submission['calculations']];
    return {
      answers: lists.flatMap(entriesOf).map((field) => {
        const fact = FACTS[String(field['type'])];
        return { names: namesOf(field['id'], field['name']), value: field['value'], ...(fact && { fact }) };
      }),
      submissionId: submission['submissionId'],
      submittedAt: submission['submissionTime'],
    };
  },
};
