import type { CountryCode } from 'libphonenumber-js/max';
import type { LeadDetails } from '../leads/lead.ts';
import { parsePhone } from '../phone/phone-number.ts';
import type { Fact } from './builders/facts.ts';
import { builderOf } from './builders/index.ts';
import { members } from './builders/reading.ts';
import { type FoundAnswer, findFact, findField, isGiven, type PayloadSource } from './find-answer.ts';
import { type Checkbox, checkboxesOf, type Form } from './form.ts';
import { QUESTION_FIELDS } from './opt-in-question.ts';
import type { Fields } from './payload.ts';
import { DETAIL_FACTS, readDetails, readText } from './read-details.ts';
import { readQuestion } from './read-question.ts';
import type { ConsentStatement } from './submission.ts';
import { isTicked } from './tick.ts';

/** A checkbox as a payload has it. */
export interface Box extends Checkbox {
  /** What the builder sent for it; undefined when it sent nothing. */
  readonly value: unknown;
  readonly ticked: boolean;
}

/** What a form's configuration finds in a payload. */
export interface SubmissionContent {
  /** E.164. */
  readonly number: string;
  readonly details: LeadDetails;
  readonly boxes: readonly Box[];
  /** The builder's own id, when the payload has one. */
  readonly submissionId: string | undefined;
  /** When the person submitted, ISO 8601, when the payload says so. */
  readonly submittedAt: string | undefined;
  readonly pageUrl: string | undefined;
  /** The person's address and browser, where the builder passes them on. */
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
  readonly unfinished: 'partial' | 'edited' | undefined;
  readonly consentId: string | undefined;
  /** The answer to the opt-in question, where the form asks it. */
  readonly answered: ConsentStatement | undefined;
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** The phone as it was given, and either the number or why it is none. */
export type PhoneFound = FoundAnswer & { readonly e164?: string; readonly problem?: string };

/** What was found on the way, usable or not: what a dry run shows. */
export interface SubmissionFindings {
  readonly phone: PhoneFound;
  readonly boxes: readonly Box[];
  readonly details: LeadDetails;
  /** Details that were left out because they cannot be used. */
  readonly leftOut: readonly FieldProblem[];
  /** Names of the answers that nothing was read from. */
  readonly unused: readonly string[];
}

export type SubmissionRead = { readonly findings: SubmissionFindings } & (
  | { readonly content: SubmissionContent }
  /** Nothing that could be kept: the question was not answered with Yes, and no number was given. */
  | { readonly nothing: 'no' | 'unanswered' }
  | { readonly problems: readonly FieldProblem[] }
);

/**
 * Reads a payload by its form's builder and configuration.
 *
 * @returns what it says, or every field that cannot be used and why. A detail that cannot be used refuses a
 *   hand-written form, whose author can mend it, and is left out of a builder's submission, which nobody can.
 */
export function readSubmission(form: Form, payload: Fields, organizationName: string): SubmissionRead {
  const source: PayloadSource = { reading: builderOf(form.builder).parse(payload), payload };
  const used: FoundAnswer[] = [];
  const see = (found: FoundAnswer): FoundAnswer => {
    used.push(found);
    return found;
  };
  const fact = (name: Fact) => see(findFact(form, source, name));
  const question = form.optInQuestion && readQuestion(form, payload, organizationName);
  if (question) for (const field of Object.values(QUESTION_FIELDS)) see(findField(source, field));
  const phone = readPhone(question?.phone ?? fact('phone'), form);
  const boxes = checkboxesOf(form).map((box) => readBox(box, see(findField(source, box.field)).value));
  const given = Object.fromEntries(DETAIL_FACTS.map((name) => [name, fact(name)]));
  const { details, problems: inDetails } = readDetails(given);
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
  const findings = { phone, boxes, details, leftOut, unused: unusedNames(source, used) };
  if (problems.length === 0 && isSilent) return { findings, nothing: question.answer ?? 'unanswered' };
  if (phone.e164 === undefined || problems.length > 0) return { findings, problems };
  const { unfinished } = source.reading;
  const answered = question?.statement;
  return { findings, content: { number: phone.e164, details, boxes, unfinished, answered, ...texts.values } };
}

/** Why a payload cannot become a lead: its builder says so, or there is no number that can be texted. */
function unusable({ reading }: PayloadSource, phone: PhoneFound): FieldProblem[] {
  if (reading.refusal) return [{ field: 'body', message: reading.refusal }];
  return phone.problem === undefined ? [] : [{ field: phone.field, message: phone.problem }];
}

function readBox(box: Checkbox, value: unknown): Box {
  return { ...box, value, ticked: isTicked(value, [box.wordsShown, box.option]) };
}

function readPhone(found: FoundAnswer, form: Form): PhoneFound {
  const { full } = members(found.value);
  const given = full ?? found.value;
  const isWritten = typeof given === 'string' || typeof given === 'number';
  const phone = parsePhone(isWritten ? given : '', form.defaultCountry as CountryCode);
  return phone.kind === 'valid' ? { ...found, e164: phone.e164 } : { ...found, problem: phone.reason };
}

/** What identifies and dates the submission, and where it came from. */
function readTexts(
  { reading }: PayloadSource,
  fact: (name: 'submissionId' | 'submittedAt' | 'pageUrl') => FoundAnswer,
) {
  const problems: FieldProblem[] = [];
  const id = readText(reading.submissionId ?? fact('submissionId').value);
  if (id.problem) problems.push({ field: 'submissionId', message: id.problem });
  const submittedAt = readText(reading.submittedAt ?? fact('submittedAt').value).value;
  return {
    problems,
    values: {
      submissionId: id.value,
      submittedAt: isMoment(submittedAt) ? new Date(submittedAt).toISOString() : undefined,
      pageUrl: urlText(reading.pageUrl ?? fact('pageUrl').value),
      ip: readText(reading.ip).value,
      userAgent: typeof reading.userAgent === 'string' ? reading.userAgent : undefined,
      consentId: readText(reading.consentId).value,
    },
  };
}

/** Page addresses carry long queries: evidence of where is worth more than its last characters. */
function urlText(value: unknown): string | undefined {
  return typeof value === 'string' ? readText(value.slice(0, 200).toWellFormed()).value : undefined;
}

function isMoment(value: string | undefined): value is string {
  return value !== undefined && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

function unusedNames({ reading }: PayloadSource, used: readonly FoundAnswer[]): string[] {
  const read = new Set(used.map(({ answer }) => answer));
  return reading.answers.filter((answer) => !read.has(answer)).flatMap(({ names }) => names[0] ?? []);
}
