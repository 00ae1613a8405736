import type { Builder } from './builder.ts';
import { answersOf, membersOf, parseInner } from './read-members.ts';

/** Unbounce posts urlencoded fields. The answers are lists inside the JSON text `data.json`. */
export const unbounce: Builder = {
  title: 'Unbounce',
  contentTypes: ['application/x-www-form-urlencoded'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`; Unbounce signs nothing, so the secret goes into the address.',
    'On the page: Integrations, Webhooks: POST to URL; paste {url}?secret=YOUR-SECRET.',
    'Name fields by their id in the form. An unticked checkbox is not sent at all.',
  ],
  retries: 'not confirmed; without an id, the same fields within 24 hours are one submission',
  verifiedWith: 'unbounce.body.txt: a real body, with a phone and a checkbox added',
  parse: (payload) => {
    const data = membersOf(parseInner(payload['data.json']));
    const ip = single(data['ip_address']);
    return {
      answers: answersOf(data, 'ip_address', 'time_submitted', 'date_submitted', 'page_url').map(
        ({ names, value }) => ({ names, value: single(value) }),
      ),
      pageUrl: payload['page_url'],
      ip,
    };
  },
};

/** Takes the only entry out of a list of one. Returns any other value unchanged. */
function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}
