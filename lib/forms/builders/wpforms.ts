import type { Builder } from './builder.ts';
import { answersOf } from './read-members.ts';

/** WPForms joins several choices with `||`. Its signature covers JSON bodies only. */
export const wpforms: Builder = {
  title: 'WPForms',
  contentTypes: ['application/json'],
  proof: {
    scheme: 'timestampedHmac',
    header: 'x-wpforms-webhook-signature',
    signatureName: 'v',
    separator: '.',
    unit: 'seconds',
  },
  setup: [
    'In the form: Settings, Webhooks, switch on; {url}, method POST, format JSON (the signature of the FORM format covers something else).',
    'Store the secret shown there as `signingSecret` of the form here.',
    'Under Request Body map keys to fields: `phone`, `firstName`, `smsConsent`, and `submissionId` to the smart tag {entry_id}; WPForms sends no id of its own.',
  ],
  retries: 'not confirmed; without an id, the same fields within 24 hours are one submission',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => ({
    answers: answersOf(payload).map(({ names, value }) => ({
      names,
      value:
        typeof value === 'string' && value.includes('||')
          ? value.split('||').map((part) => part.trim())
          : value,
    })),
    submissionId: payload['submissionId'] ?? payload['entry_id'],
  }),
};
