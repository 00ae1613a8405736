import type { Answer, Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { answersOf, entriesOf, membersOf, namesOf } from './read-members.ts';

const FACTS: Readonly<Record<string, Fact>> = { phone_number: 'phone', email: 'email' };

/** Typeform posts the answered questions only. The form's definition, in the same payload, has all questions. */
export const typeform: Builder = {
  title: 'Typeform',
  contentTypes: ['application/json'],
  proof: { scheme: 'hmac', header: 'typeform-signature', prefix: 'sha256=', encoding: 'base64' },
  setup: [
    'In the form: Connect, Webhooks, Add a webhook; paste {url} as the endpoint.',
    'Edit the webhook, set a secret of 16 characters or more, and store the same one as `signingSecret` of the form here.',
    'Name the consent question in `checkboxes` by its id, its reference or its title. A Legal or Yes/No question is ticked by "I accept" or Yes.',
  ],
  retries:
    '404 and 410 switch the webhook off at once; 429, 408, 423 and 503 are repeated every few minutes for 10 hours; others a few times',
  verifiedWith: "typeform.json: Typeform's official example, with a phone answer added",
  parse: (payload) => {
    const response = membersOf(payload['form_response']);
    const questions = new Map(
      entriesOf(membersOf(response['definition'])['fields']).map((field) => [field['id'], field]),
    );
    return {
      answers: [
        ...entriesOf(response['answers']).map((given) => readAnswer(given, questions)),
        ...answersOf(membersOf(response['hidden'])),
      ],
      submissionId:
        payload['event_type'] === 'form_response_partial'
          ? `${String(response['token'])}:partial`
          : response['token'],
      submittedAt: response['submitted_at'],
      ...(payload['event_type'] === 'form_response_partial' && { unfinished: 'partial' as const }),
    };
  },
};

function readAnswer(
  given: ReturnType<typeof membersOf>,
  questions: ReadonlyMap<unknown, Record<string, unknown>>,
): Answer {
  const field = membersOf(given['field']);
  const question = questions.get(field['id']);
  const type = String(given['type']);
  const fact = FACTS[type];
  const raw = given[type];
  const value = type === 'choice' || type === 'choices' ? labels(membersOf(raw)) : raw;
  return {
    names: namesOf(field['id'], field['ref'], question?.['ref'], question?.['title']),
    value,
    ...(fact && { fact }),
  };
}

function labels(choice: ReturnType<typeof membersOf>): unknown {
  return choice['labels'] ?? choice['label'] ?? choice['other'];
}
