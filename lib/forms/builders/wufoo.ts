import type { Answer, Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { answersOf, entries, members, named, parseInner } from './reading.ts';

const FACTS: Readonly<Record<string, Fact>> = { phone: 'phone', email: 'email' };

/** Wufoo posts `Field12`; with "Include Field and Form Structures" it says what each one is. */
export const wufoo: Builder = {
  title: 'Wufoo',
  contentTypes: ['application/x-www-form-urlencoded'],
  proof: { scheme: 'secret', bodyField: 'HandshakeKey' },
  setup: [
    'In the form: Form Settings, Notifications, WebHook; paste {url}.',
    'Enter a handshake key of 16 characters or more and store the same one as `secret` of the form here.',
    'Tick "Include Field and Form Structures with Entry Data"; otherwise map `fields.phone` to the id of the phone field, such as `Field12`.',
    'Name the consent box in `checkboxes` by its title or its id, such as `Field106`. A ticked box carries its label.',
  ],
  retries: 'not confirmed; a repetition has the same entry id and counts once',
  verifiedWith: 'no fixture: a body as the documentation describes it',
  parse: (payload) => {
    const structure = entries(members(parseInner(payload['FieldStructure']))['Fields']);
    const asked = new Map<string, { title: unknown; fact: Fact | undefined }>();
    for (const field of structure) {
      asked.set(String(field['ID']), { title: field['Title'], fact: FACTS[String(field['Type'])] });
      for (const part of entries(field['SubFields'])) {
        asked.set(String(part['ID']), { title: part['Label'], fact: undefined });
      }
    }
    const own = [
      'HandshakeKey',
      'EntryId',
      'DateCreated',
      'CreatedBy',
      'IP',
      'FieldStructure',
      'FormStructure',
    ];
    return {
      answers: answersOf(payload, ...own).map((answer) => withTitle(answer, asked)),
      submissionId: payload['EntryId'],
      ip: payload['IP'],
    };
  },
};

function withTitle(
  { names, value }: Answer,
  asked: ReadonlyMap<string, { title: unknown; fact: Fact | undefined }>,
): Answer {
  const question = asked.get(names[0] ?? '');
  return {
    names: named(...names, question?.title),
    value,
    ...(question?.fact && { fact: question.fact }),
  };
}
