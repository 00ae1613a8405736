import { valueAtPath } from './find-answer.ts';
import type { Form } from './form.ts';
import { answeredQuestion, optInQuestion, QUESTION_FIELDS } from './opt-in-question.ts';
import type { Fields } from './payload.ts';
import type { FieldProblem } from './read-submission.ts';
import type { ConsentStatement } from './submission.ts';

/** The answer to the opt-in question in a payload. */
export interface QuestionRead {
  readonly answer: 'yes' | 'no' | undefined;
  /** The number that was given with the answer; undefined when there was none. */
  readonly phone: { readonly field: string; readonly value: unknown } | undefined;
  readonly statement: ConsentStatement | undefined;
  readonly problems: readonly FieldProblem[];
}

const ANSWERS: Readonly<Record<string, 'yes' | 'no'>> = { yes: 'yes', no: 'no' };

/**
 * Reads the answer to the opt-in question (B1). Yes is an explicit opt-in under the words of its version. No is an opt-out with any
 * version, because an old page must not keep anybody from refusing.
 */
export function readQuestion(form: Form, payload: Fields, organizationName: string): QuestionRead {
  const problems: FieldProblem[] = [];
  const text = (name: string): string => {
    const value = valueAtPath(payload, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
  const word = text(QUESTION_FIELDS.answer).toLowerCase();
  const answer = Object.hasOwn(ANSWERS, word) ? ANSWERS[word] : undefined;
  if (answer === undefined && word !== '') {
    problems.push({ field: QUESTION_FIELDS.answer, message: 'Answer yes or no.' });
  } else if (answer === undefined && form.optInQuestion?.required) {
    problems.push({ field: QUESTION_FIELDS.answer, message: 'Please answer the question with Yes or No.' });
  }
  const question =
    answer === 'no'
      ? optInQuestion(organizationName)
      : answeredQuestion(text(QUESTION_FIELDS.version), organizationName);
  if (answer === 'yes' && !question) {
    const message = 'The question has changed since it was shown. Load it again and answer again.';
    problems.push({ field: QUESTION_FIELDS.version, message });
  }
  const number = text(QUESTION_FIELDS.phone);
  return {
    answer,
    phone: number === '' ? undefined : { field: QUESTION_FIELDS.phone, value: number },
    statement: answer && question && statement(answer, question),
    problems,
  };
}

function statement(
  answer: 'yes' | 'no',
  { wordsShown, version }: { readonly wordsShown: string; readonly version: string },
): ConsentStatement {
  const kind = answer === 'yes' ? 'explicitWeb' : 'optOut';
  return { kind, answer, wordsShown, disclaimerVersion: version };
}
