import type { Builder } from './builder.ts';
import { answersOf } from './read-members.ts';

/** A hand-written form or program posts fields, which are found by name or path. */
export const generic: Builder = {
  title: 'Generic',
  contentTypes: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
  proof: { scheme: 'secret' },
  setup: [
    'Post the fields to {url} as JSON, urlencoded or multipart. A form on a page can be its own `action`.',
    'Fields are found by their usual names (`phone`, `firstName`, `email`, ...); map others in `fields`, by name or by path such as `contact.phone` or `answers[0].value`.',
    'A server that posts should send a `secret` in the header `x-sendgate-secret`; a page cannot keep one.',
  ],
  retries: 'none of its own; a final refusal is answered with its status (422 and the fields that are wrong)',
  verifiedWith: 'generic*.json, .urlencoded.txt, .multipart.txt: what a hand-written form posts',
  parse: (payload) => ({ answers: answersOf(payload) }),
};
