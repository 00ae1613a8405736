import type { CountryCode } from 'libphonenumber-js/max';
import type { LeadDetails } from '../leads/lead.ts';
import { parsePhone } from '../phone/phone-number.ts';
import { builderOf } from './builders/index.ts';
import { members } from './builders/reading.ts';
import { type Found, findFact, findField, type Source } from './find-answer.ts';
import { type Checkbox, checkboxesOf, type Form } from './form.ts';
import type { Fields } from './payload.ts';
import { type GivenDetails, PLAIN_DETAILS, readDetails, readText } from './read-details.ts';

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
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** What was found on the way, usable or not: what a preview shows. */
export interface Findings {
  readonly phone: Found & { readonly e164?: string };
  readonly boxes: readonly Box[];
  readonly details: LeadDetails;
  /** Details that were left out because they cannot be used. */
  readonly leftOut: readonly FieldProblem[];
  /** Names of the answers that nothing was read from. */
  readonly unused: readonly string[];
}

export type SubmissionRead = { readonly findings: Findings } & (
  | { readonly content: SubmissionContent }
  | { readonly problems: readonly FieldProblem[] }
);

const TICKED = new Set(['true', '1', 'on', 'yes', 'y', 'checked']);

/**
 * Reads a payload by its form's builder and configuration.
 *
 * @returns what it says, or every field that cannot be used and why. A detail that cannot be used refuses a
 *   hand-written form, whose author can mend it, and is left out of a builder's submission, which nobody can.
 */
export function readSubmission(form: Form, payload: Fields): SubmissionRead {
  const builder = builderOf(form.builder);
  const source: Source = { reading: builder.parse(payload), payload };
  const used: Found[] = [];
  const fact = (name: Parameters<typeof findFact>[2]) => {
    const found = findFact(form, source, name);
    used.push(found);
    return found;
  };
  const phone = readPhone(fact('phone'), form);
  const boxes = checkboxesOf(form).map((box) => {
    const found = findField(source, box.field);
    used.push(found);
    return { ...box, value: found.value, ticked: isTicked(found.value, [box.wordsShown, box.option]) };
  });
  const given: GivenDetails = Object.fromEntries(
    [...PLAIN_DETAILS, 'name' as const, 'address' as const].map((name) => [name, fact(name)]),
  );
  const { details, problems: detailProblems } = readDetails(given);
  const texts = readTexts(source, fact);
  const problems: FieldProblem[] = [];
  if (source.reading.refusal) problems.push({ field: 'body', message: source.reading.refusal });
  else if (phone.problem) problems.push({ field: phone.field, message: phone.problem });
  if (form.builder === 'generic') problems.push(...detailProblems);
  problems.push(...texts.problems);
  const findings = {
    phone: { ...phone },
    boxes,
    details,
    leftOut: form.builder === 'generic' ? [] : detailProblems,
    unused: unusedNames(source, used),
  };
  if (phone.e164 === undefined || problems.length > 0) return { findings, problems };
  const { unfinished } = source.reading;
  return { findings, content: { number: phone.e164, details, boxes, unfinished, ...texts.values } };
}

function readPhone(found: Found, form: Form): Found & { e164?: string; problem?: string } {
  const { full } = members(found.value);
  const given = full ?? found.value;
  const isWritten = typeof given === 'string' || typeof given === 'number';
  const phone = parsePhone(isWritten ? given : '', form.defaultCountry as CountryCode);
  return phone.kind === 'valid' ? { ...found, e164: phone.e164 } : { ...found, problem: phone.reason };
}

/** What identifies and dates the submission, and where it came from. */
function readTexts({ reading }: Source, fact: (name: 'submissionId' | 'submittedAt' | 'pageUrl') => Found) {
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
      userAgent: typeof reading.userAgent === 'string' ? reading.userAgent.slice(0, 500) : undefined,
      consentId: readText(reading.consentId).value,
    },
  };
}

/** Page addresses carry long queries: evidence of where is worth more than its last characters. */
function urlText(value: unknown): string | undefined {
  return typeof value === 'string' ? readText(value.slice(0, 200)).value : undefined;
}

/**
 * Whether a value means that the person ticked the box: what builders send for a tick, or the words or the option
 * itself. Anything else, an absent field included, is not a tick: consent is never guessed.
 */
export function isTicked(value: unknown, labels: readonly (string | undefined)[]): boolean {
  if (Array.isArray(value)) return value.some((entry) => isTicked(entry, labels));
  if (value === true || value === 1) return true;
  if (typeof value !== 'string') return false;
  const said = plain(value);
  return (
    TICKED.has(said) || (said !== '' && labels.some((label) => label !== undefined && plain(label) === said))
  );
}

function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}

function isMoment(value: string | undefined): value is string {
  return value !== undefined && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

function unusedNames({ reading }: Source, used: readonly Found[]): string[] {
  const read = new Set(used.map(({ answer }) => answer));
  return reading.answers.filter((answer) => !read.has(answer)).flatMap(({ names }) => names[0] ?? []);
}
