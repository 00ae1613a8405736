import type { CountryCode } from 'libphonenumber-js/max';
import type { LeadDetails } from '../leads/lead.ts';
import { parsePhone } from '../phone/phone-number.ts';
import type { Fact } from './builders/facts.ts';
import { builderOf } from './builders/index.ts';
import { membersOf } from './builders/read-members.ts';
import { type FoundAnswer, findFact, findField, isGiven, type PayloadSource } from './find-answer.ts';
import { type Checkbox, checkboxesOf, type Form } from './form.ts';
import { QUESTION_FIELDS } from './opt-in-question.ts';
import type { Fields } from './payload.ts';
import { DETAIL_FACTS, readDetails, readText } from './read-details.ts';
import { readQuestion } from './read-question.ts';
import type { ConsentStatement } from './submission.ts';
import { isTicked } from './tick.ts';

/** A checkbox with its value in a payload. */
export interface Box extends Checkbox {
  /** The value that the builder sent; undefined when it sent none. */
  readonly value: unknown;
  readonly ticked: boolean;
}

/** The content of a payload that becomes a submission. */
export interface SubmissionContent {
  /** E.164. */
  readonly number: string;
  readonly details: LeadDetails;
  readonly boxes: readonly Box[];
  /** The builder's own id of the submission; undefined when the payload has none. */
  readonly submissionId: string | undefined;
  /** Time at which the person submitted, ISO 8601 UTC; undefined when the payload has none. */
  readonly submittedAt: string | undefined;
  readonly pageUrl: string | undefined;
  /** Address and browser of the person; undefined unless the builder sends them. */
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
  readonly unfinished: 'partial' | 'edited' | undefined;
  readonly consentId: string | undefined;
  /** The answer to the opt-in question; undefined when the form does not ask it. */
  readonly answered: ConsentStatement | undefined;
}

/** A field that cannot be used, and the reason. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** The answer with the phone, and either its number or the reason why it has none. */
export type PhoneAnswer = FoundAnswer & { readonly e164?: string; readonly problem?: string };

/** The answers that were read from a payload, usable or not. The dry run of a form shows them (X12). */
export interface PayloadReport {
  readonly phone: PhoneAnswer;
  readonly boxes: readonly Box[];
  readonly details: LeadDetails;
  /** Details that were left out because they cannot be used. */
  readonly leftOut: readonly FieldProblem[];
  /** Names of the answers that nothing was read from. */
  readonly unused: readonly string[];
}

/** The result of reading a payload. */
export type SubmissionRead = { readonly report: PayloadReport } & (
  | { readonly content: SubmissionContent }
  /** There is nothing to store: the question was not answered with Yes, and no number was given. */
  | { readonly nothing: 'no' | 'unanswered' }
  | { readonly problems: readonly FieldProblem[] }
);

/**
 * Reads a payload by its form's builder and configuration.
 *
 * @returns its content, or every field that cannot be used with the reason. An unusable detail refuses a hand-written form, whose author
 *   can correct it. It is left out of a builder's submission, which nobody can correct.
 */
export function readSubmission(form: Form, payload: Fields, organizationName: string): SubmissionRead {
  const source: PayloadSource = { builderAnswers: builderOf(form.builder).parse(payload), payload };
  const used: FoundAnswer[] = [];
  const use = (answer: FoundAnswer): FoundAnswer => {
    used.push(answer);
    return answer;
  };
  const fact = (name: Fact) => use(findFact(form, source, name));
  const question = form.optInQuestion && readQuestion(form, payload, organizationName);
  if (question) for (const field of Object.values(QUESTION_FIELDS)) use(findField(source, field));
  const phone = readPhone(question?.phone ?? fact('phone'), form);
  const boxes = checkboxesOf(form).map((box) => readBox(box, use(findField(source, box.field)).value));
  const answers = Object.fromEntries(DETAIL_FACTS.map((name) => [name, fact(name)]));
  const { details, problems: inDetails } = readDetails(answers);
  const texts = readTexts(source, fact);
  const isStrict = form.builder === 'generic';
  const isSilent = question !== undefined && question.answer !== 'yes' && !isGiven(phone.value);
  const problems = [
    ...(isSilent ? [] : unusable(source, phone)),
    ...(isStrict ? inDetails : []),
    ...texts.problems,
    ...(question?.problems ?? []),
  ];
  const leftOut = isStrict ? [] : inDetails;
  const report = { phone, boxes, details, leftOut, unused: unusedNames(source, used) };
  if (problems.length === 0 && isSilent) return { report, nothing: question.answer ?? 'unanswered' };
  if (phone.e164 === undefined || problems.length > 0) return { report, problems };
  const { unfinished } = source.builderAnswers;
  const answered = question?.statement;
  return { report, content: { number: phone.e164, details, boxes, unfinished, answered, ...texts.values } };
}

/** Finds the reason why a payload cannot become a lead: its builder's preset refuses it, or it has no number that can be texted. */
function unusable({ builderAnswers }: PayloadSource, phone: PhoneAnswer): FieldProblem[] {
  if (builderAnswers.refusal) return [{ field: 'body', message: builderAnswers.refusal }];
  return phone.problem === undefined ? [] : [{ field: phone.field, message: phone.problem }];
}

function readBox(box: Checkbox, value: unknown): Box {
  return { ...box, value, ticked: isTicked(value, [box.wordsShown, box.option]) };
}

function readPhone(answer: FoundAnswer, form: Form): PhoneAnswer {
  const { full } = membersOf(answer.value);
  const value = full ?? answer.value;
  const isWritten = typeof value === 'string' || typeof value === 'number';
  const phone = parsePhone(isWritten ? value : '', form.defaultCountry as CountryCode);
  return phone.kind === 'valid' ? { ...answer, e164: phone.e164 } : { ...answer, problem: phone.reason };
}

/** Reads the id, time and origin of a submission. */
function readTexts(
  { builderAnswers }: PayloadSource,
  fact: (name: 'submissionId' | 'submittedAt' | 'pageUrl') => FoundAnswer,
) {
  const problems: FieldProblem[] = [];
  const id = readText(builderAnswers.submissionId ?? fact('submissionId').value);
  if (id.problem) problems.push({ field: 'submissionId', message: id.problem });
  const submittedAt = readText(builderAnswers.submittedAt ?? fact('submittedAt').value).value;
  return {
    problems,
    values: {
      submissionId: id.value,
      submittedAt: isMoment(submittedAt) ? new Date(submittedAt).toISOString() : undefined,
      pageUrl: urlText(builderAnswers.pageUrl ?? fact('pageUrl').value),
      ip: readText(builderAnswers.ip).value,
      userAgent: typeof builderAnswers.userAgent === 'string' ? builderAnswers.userAgent : undefined,
      consentId: readText(builderAnswers.consentId).value,
    },
  };
}

/** Reads the address of a page. Cuts it after 200 characters, because long queries must not cost the evidence of the page. */
function urlText(value: unknown): string | undefined {
  return typeof value === 'string' ? readText(value.slice(0, 200).toWellFormed()).value : undefined;
}

function isMoment(value: string | undefined): value is string {
  return value !== undefined && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

function unusedNames({ builderAnswers }: PayloadSource, used: readonly FoundAnswer[]): string[] {
  const read = new Set(used.map(({ answer }) => answer));
  return builderAnswers.answers.filter((answer) => !read.has(answer)).flatMap(({ names }) => names[0] ?? []);
}
