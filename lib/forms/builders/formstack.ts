import type { Builder } from './builder.ts';
import { answersOf } from './read-members.ts';

/** Formstack posts labels and values. A name or an address has one part in each line, `first = John`. */
export const formstack: Builder = {
  title: 'Formstack',
  contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
  proof: { scheme: 'secret', bodyField: 'HandshakeKey' },
  setup: [
    'In the form: Settings, Emails & Actions, WebHook; paste {url}, "Post with field names", JSON.',
    'Enter a shared secret of 16 characters or more and store the same one as `secret` of the form here.',
    'Name the consent box in `checkboxes` by the label of its question; it is ticked by the text of its option.',
  ],
  retries: 'not confirmed; a repetition has the same unique id and counts once',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => ({
    answers: answersOf(payload, 'HandshakeKey', 'FormID', 'UniqueID').map(({ names, value }) => ({
      names,
      value: parts(value),
    })),
    submissionId: payload['UniqueID'],
  }),
};

/** Reads lines such as `first = John` and `last = Smith` as an object. Returns any other value unchanged. */
function parts(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\w+ = /m.test(value)) return value;
  const lines = value.split(/\n+/).flatMap((line) => {
    const [, name, part] = /^(\w+) = (.*)$/.exec(line.trim()) ?? [];
    return name === undefined ? [] : [[name, part] as const];
  });
  return Object.fromEntries(lines);
}
