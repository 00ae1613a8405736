import type { Answer, Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { entriesOf, membersOf, namesOf } from './read-members.ts';

const FACTS: Readonly<Record<string, Fact>> = { INPUT_PHONE_NUMBER: 'phone', INPUT_EMAIL: 'email' };

/** Tally posts chosen options by their ids, and each option of a checkbox question again as a field of its own. */
export const tally: Builder = {
  title: 'Tally',
  contentTypes: ['application/json'],
  proof: { scheme: 'hmac', header: 'tally-signature', prefix: '', encoding: 'base64' },
  setup: [
    'In the form: Integrations, Webhooks, Connect; paste {url} as the endpoint.',
    'Add a signing secret there and store the same one as `signingSecret` of the form here.',
    'Name the consent box in `checkboxes` by its label, such as "Checkboxes (I agree)", or by its key with the option id.',
  ],
  retries: 'up to five repetitions: after 5 and 30 minutes, 1, 6 and 24 hours',
  verifiedWith: "tally.json: Tally's official example",
  parse: (payload) => {
    const data = membersOf(payload['data']);
    return {
      answers: entriesOf(data['fields']).map(readAnswer),
      submissionId: data['submissionId'] ?? data['responseId'],
      submittedAt: data['createdAt'],
    };
  },
};

function readAnswer(field: ReturnType<typeof membersOf>): Answer {
  const texts = new Map(entriesOf(field['options']).map((option) => [option['id'], option['text']]));
  const value = field['value'];
  const fact = FACTS[String(field['type'])];
  return {
    names: namesOf(field['key'], field['label']),
    value: texts.size > 0 && Array.isArray(value) ? value.map((id) => texts.get(id) ?? id) : value,
    ...(fact && { fact }),
  };
}
