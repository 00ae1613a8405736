import type { Builder } from './builder.ts';
import { answersOf, membersOf } from './read-members.ts';

/** Formspree forwards the fields of a hand-written form. */
export const formspree: Builder = {
  title: 'Formspree',
  contentTypes: ['application/json'],
  proof: {
    scheme: 'timestampedHmac',
    header: 'formspree-signature',
    signatureName: 'v1',
    separator: '.',
    unit: 'seconds',
  },
  setup: [
    'In the form: Workflow, add Webhook; paste {url}.',
    'Store the signing secret shown there as `signingSecret` of the form here.',
    'Name fields by the `name` of their inputs. A browser does not send an unticked checkbox at all.',
  ],
  retries: 'not confirmed; without an id, the same fields within 24 hours are one submission',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => {
    const inner = membersOf(payload['submission']);
    const fields = Object.keys(inner).length > 0 ? inner : payload;
    return {
      answers: answersOf(fields, 'form', 'keys', '_date', '_gotcha'),
      submittedAt: fields['_date'],
    };
  },
};
