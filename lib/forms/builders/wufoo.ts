import type { Answer, Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { answersOf, entriesOf, membersOf, namesOf, parseInner } from './read-members.ts';

const FACTS: Readonly<Record<string, Fact>> = { phone: 'phone', email: 'email' };

/** Wufoo posts names such as `Field12`. With "Include Field and Form Structures" it posts their titles and types too. */
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
    const structure = entriesOf(membersOf(parseInner(payload['FieldStructure']))['Fields']);
    const questions = new Map<string, { title: unknown; fact: Fact | undefined }>();
    for (const field of structure) {
      questions.set(String(field['ID']), { title: field['Title'], fact: FACTS[String(field['Type'])] });
      for (const part of entriesOf(field['SubFields'])) {
        questions.set(String(part['ID']), { title: part['Label'], fact: undefined });
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
      answers: answersOf(payload, ...own).map((answer) => withTitle(answer, questions)),
      submissionId: payload['EntryId'],
      ip: payload['IP'],
    };
  },
};

function withTitle(
  { names, value }: Answer,
  questions: ReadonlyMap<string, { title: unknown; fact: Fact | undefined }>,
): Answer {
  const question = questions.get(names[0] ?? '');
  return {
    names: namesOf(...names, question?.title),
    value,
    ...(question?.fact && { fact: question.fact }),
  };
}
