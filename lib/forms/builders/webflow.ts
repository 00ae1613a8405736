import type { Builder } from './builder.ts';
import { answersOf, membersOf } from './read-members.ts';

/** Webflow signs only hooks that were made through its API, not those from the dashboard. It posts phones as numbers. */
export const webflow: Builder = {
  title: 'Webflow',
  contentTypes: ['application/json'],
  proof: {
    scheme: 'timestampedHmac',
    header: 'x-webflow-signature',
    timestampHeader: 'x-webflow-timestamp',
    separator: ':',
    unit: 'milliseconds',
  },
  unsigned:
    'A hook made in the dashboard is not signed: give the form a `secret` and put it into the address.',
  setup: [
    'Create the hook through the API (`POST /v2/sites/{site_id}/webhooks`, trigger `form_submission`, url {url}) and store the secret of the app, or the `secretKey` of the answer, as `signingSecret` of the form here.',
    'Or, in Site settings, Forms, Webhooks, paste {url}?secret=YOUR-SECRET with the `secret` of the form here: such hooks are unsigned.',
    'Name the consent box in `checkboxes` by the name of its field in the Designer.',
  ],
  retries: 'three times, ten minutes apart; redirects count as failures',
  verifiedWith:
    "webflow.json: Webflow's official example, with a real number (still a JSON number) and a checkbox",
  parse: (payload) => {
    const inner = membersOf(payload['payload']);
    return {
      answers: answersOf(membersOf(inner['data'])),
      submissionId: inner['id'],
      submittedAt: inner['submittedAt'],
    };
  },
};
