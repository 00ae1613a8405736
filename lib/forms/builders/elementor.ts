import type { Builder } from './builder.ts';
import { answersOf, namesOf } from './read-members.ts';

/** Elementor posts plain names, or `fields[id][value]` with "Advanced data". It shows visitors an error for any status but 200. */
export const elementor: Builder = {
  title: 'Elementor',
  contentTypes: ['application/x-www-form-urlencoded'],
  proof: { scheme: 'secret' },
  setup: [
    'Give the form here a `secret`; Elementor signs nothing, so the secret goes into the address.',
    'In the widget: Actions After Submit, Webhook; paste {url}?secret=YOUR-SECRET.',
    'Name questions by their label, or with Advanced Data by their id. An unticked acceptance field is not sent at all.',
  ],
  retries:
    'not confirmed; the visitor sees anything but 200 as an error. Without an id, the same fields within 24 hours are one submission',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => {
    const ids = [
      ...new Set(Object.keys(payload).flatMap((key) => /^fields\[(.+?)\]\[/.exec(key)?.[1] ?? [])),
    ];
    const advanced = ids.map((id) => ({
      names: namesOf(id, payload[`fields[${id}][title]`]),
      value: payload[`fields[${id}][raw_value]`] ?? payload[`fields[${id}][value]`],
    }));
    const rest = Object.fromEntries(
      Object.entries(payload).filter(([key]) => !/^(fields|meta|form)\[/.test(key)),
    );
    return {
      answers: [...advanced, ...answersOf(rest, 'form_id', 'form_name')],
      pageUrl: payload['Page URL'] ?? payload['meta[page_url][value]'],
      ip: payload['Remote IP'] ?? payload['meta[remote_ip][value]'],
      userAgent: payload['User Agent'] ?? payload['meta[user_agent][value]'],
    };
  },
};
