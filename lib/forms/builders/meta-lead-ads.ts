import type { Builder } from './builder.ts';
import { entriesOf, membersOf, namesOf } from './read-members.ts';

/** Meta posts notifications without personal data. An automation tool can post the lead itself, as the Graph API returns it. */
export const metaLeadAds: Builder = {
  title: 'Meta Lead Ads',
  contentTypes: ['application/json'],
  proof: { scheme: 'hmac', header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' },
  secretIs: 'verification',
  refusesCheckboxes:
    'Boxes of a Meta form can be ticked beforehand, so a ticked one is no consent. Give its disclaimer where submitting the form consents, also when nothing is ticked, and none where a box asks: then nobody is recorded.',
  setup: [
    "Store the app's secret as `signingSecret` of the form here, and a word of your own, 16 characters or more, as `secret`.",
    'In the app: Webhooks, Page, subscribe to `leadgen`; callback URL {url}, verify token the same word. Meta calls once and is answered.',
    'Meta notifies of a lead without its data, and sendgate does not read the Graph API: let a tool that does post the lead (`id`, `created_time`, `field_data`) to a form of this builder with a `secret` in the address and no `signingSecret`.',
  ],
  retries: 'not confirmed; a repetition has the same lead id and counts once',
  verifiedWith: 'meta-leadgen.webhook.json: the notification, signed; the part of a Graph answer with boxes',
  parse: (payload) => {
    if (payload['object'] === 'page') {
      return {
        answers: [],
        submissionId: leadOf(payload),
        refusal:
          'This is the notification of a lead and holds no personal data. Let a tool that reads the Graph API post the lead itself (docs/forms.md).',
      };
    }
    return {
      answers: entriesOf(payload['field_data']).map((field) => {
        const values = field['values'];
        return {
          names: namesOf(field['name']),
          value: Array.isArray(values) && values.length === 1 ? values[0] : values,
        };
      }),
      submissionId: payload['id'] ?? payload['leadgen_id'],
      submittedAt: payload['created_time'],
    };
  },
};

function leadOf(payload: ReturnType<typeof membersOf>): unknown {
  const [change] = entriesOf(payload['entry']).flatMap((entry) => entriesOf(entry['changes']));
  return membersOf(change?.['value'])['leadgen_id'];
}
