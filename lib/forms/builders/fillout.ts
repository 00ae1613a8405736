import type { Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { entries, members, named } from './reading.ts';

const FACTS: Readonly<Record<string, Fact>> = { PhoneNumber: 'phone', EmailInput: 'email' };

/** Fillout lists questions with their type; URL parameters stand beside them. */
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
    const inner = members(payload['submission']);
    const given = Object.keys(inner).length > 0 ? inner : payload;
    const lists = [given['questions'], given['urlParameters'], given['calculations']];
    return {
      answers: lists.flatMap(entries).map((field) => {
        const fact = FACTS[String(field['type'])];
        return { names: named(field['id'], field['name']), value: field['value'], ...(fact && { fact }) };
      }),
      submissionId: given['submissionId'],
      submittedAt: given['submissionTime'],
    };
  },
};
