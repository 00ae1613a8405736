import type { Answer, Builder } from './builder.ts';
import type { Fact } from './facts.ts';
import { answersOf, entriesOf, namesOf } from './read-members.ts';

const FACTS: Readonly<Record<string, Fact>> = {
  primaryPhone: 'phone',
  stateProvince: 'state',
  postalCode: 'zip',
  taskName: 'service',
  leadSource: 'source',
};

/** Angi and HomeAdvisor post a lead with a flag. The flag says whether the person gave Angi consent to automated contact. */
export const angi: Builder = {
  title: 'Angi / HomeAdvisor',
  contentTypes: ['application/json'],
  proof: { scheme: 'secret', header: 'x-api-key' },
  attestedBy: 'Angi',
  checkbox: {
    field: 'automatedContactCompliant',
    wordsShown:
      "Angi's own consent to automated contact (automatedContactCompliant). Angi keeps the words under the consent id.",
  },
  setup: [
    'Give the form here a `secret`. Ask Angi to post leads as JSON to {url} with the header `x-api-key` set to the secret, or to {url}?secret=YOUR-SECRET.',
    'No checkbox needs to be configured: `automatedContactCompliant` is it, and `automatedContactConsentId` is stored as evidence.',
    'Consent that Angi attests opts in a number that never opted out; it never lifts an opt-out.',
  ],
  retries:
    'not confirmed; the answer must be 200 with JSON. A repetition has the same lead id and counts once',
  verifiedWith: 'angi.2026.json: a lead as Angi posts it',
  parse: (payload) => ({
    answers: [
      // A masked number belongs to no person: it is a proxy that forwards calls for some weeks. So both are left out.
      ...answersOf(payload, 'primaryMaskedNumber', 'secondaryMaskedNumber', 'interview', 'leadOid').map(
        withFact,
      ),
      ...entriesOf(payload['interview']).map((question) => ({
        names: namesOf(question['question']),
        value: question['answer'],
      })),
    ],
    submissionId: payload['leadOid'],
    consentId: payload['automatedContactConsentId'],
  }),
};

function withFact(answer: Answer): Answer {
  const fact = FACTS[answer.names[0] ?? ''];
  return fact ? { ...answer, fact } : answer;
}
