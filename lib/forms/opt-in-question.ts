import { wordsVersion } from '../consent/ledger.ts';
import type { Form } from './form.ts';

/** Names of the question's fields in a submission. They are the same in every form. */
export const QUESTION_FIELDS = {
  answer: 'sms_opt_in',
  phone: 'sms_opt_in_phone',
  version: 'sms_opt_in_version',
  /** A value that differs each time the question is shown. It tells a page that is sent again from a new answer. */
  once: 'sms_opt_in_once',
  /** A field that people do not see and programs fill in. */
  trap: 'sms_opt_in_leave_empty',
} as const;

interface Texts {
  readonly question: string;
  readonly disclaimer: string;
}

/**
 * The texts of the question (B1), by version. They are code, so that nobody can edit them. Changed words are a new version, and the
 * older versions stay, because consents were given under them.
 *
 * The disclaimer names the seller. It says that texts are recurring and automated, that consent is no condition of a purchase, what
 * texts cost and how to stop them (47 CFR 64.1200(f)(9); CTIA, Messaging Principles).
 */
const VERSIONS: Readonly<Record<string, (organizationName: string) => Texts>> = {
  '1': (name) => ({
    question: `Would you like to get text messages from ${name}?`,
    disclaimer:
      `By choosing Yes, you agree to get recurring automated marketing and service text messages from ${name} at the ` +
      'phone number that you give here. Consent is not a condition of any purchase. Message frequency varies. Message and ' +
      'data rates may apply. Reply HELP for help and STOP to opt out at any time.',
  }),
};
/** Version of the texts that is shown now. */
export const CURRENT_VERSION = '1';

/** The question as one organization asks it. */
export interface OptInQuestion extends Texts {
  /** Version of the texts and of the words with the organization's name. An answer sends it back. */
  readonly version: string;
  /** Everything that is shown, as the evidence keeps it. */
  readonly wordsShown: string;
}

/** Builds the question in the current words. @param organizationName as recipients know it; plain text, not HTML. */
export function optInQuestion(organizationName: string): OptInQuestion {
  return inVersion(CURRENT_VERSION, organizationName) as OptInQuestion;
}

/**
 * Finds the question of an answer by the version that came with it.
 *
 * @returns undefined for a version that never existed, and after the organization's name was changed. The words on the screen cannot be
 *   proved then, and the question must be asked again.
 */
export function answeredQuestion(version: string, organizationName: string): OptInQuestion | undefined {
  const question = inVersion(version.split('.')[0] ?? '', organizationName);
  return question?.version === version ? question : undefined;
}

function inVersion(version: string, organizationName: string): OptInQuestion | undefined {
  if (!Object.hasOwn(VERSIONS, version)) return undefined;
  const texts = VERSIONS[version]?.(organizationName);
  if (!texts) return undefined;
  const wordsShown = `${texts.question}\n${texts.disclaimer}`;
  return { ...texts, wordsShown, version: `${version}.${wordsVersion(wordsShown)}` };
}

/** Builds the JSON Schema (2020-12) of the body that answers the question. */
export function answerSchema(
  question: OptInQuestion,
  { required }: NonNullable<Form['optInQuestion']>,
): object {
  const { answer, phone, version, once } = QUESTION_FIELDS;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: question.question,
    description: question.disclaimer,
    type: 'object',
    properties: {
      [answer]: { title: question.question, enum: ['yes', 'no'] },
      [phone]: { title: 'Mobile phone number', type: 'string', minLength: 1, maxLength: 40 },
      [once]: {
        description: 'A value of your own for each time the question is shown.',
        type: 'string',
        maxLength: 100,
      },
      [version]: {
        description: 'The words that were shown. Send it back as it is.',
        const: question.version,
      },
    },
    required: required ? [answer] : [],
    if: { properties: { [answer]: { const: 'yes' } }, required: [answer] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: [phone, version] },
  };
}
