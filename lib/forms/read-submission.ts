import type { CountryCode } from 'libphonenumber-js/max';
import type { LeadDetails } from '../leads/lead.ts';
import { parsePhone } from '../phone/phone-number.ts';
import type { Form, FormFields } from './form.ts';
import type { Fields } from './payload.ts';

/** What a form's configuration finds in a payload. */
export interface SubmissionContent {
  /** E.164. */
  readonly number: string;
  readonly details: LeadDetails;
  /** Numbers of the checkboxes that were ticked. */
  readonly ticked: readonly number[];
  /** The builder's own id, when the payload has one. */
  readonly submissionId: string | undefined;
  /** When the person submitted, ISO 8601, when the payload says so. */
  readonly submittedAt: string | undefined;
  readonly pageUrl: string | undefined;
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

const DETAILS = ['firstName', 'lastName', 'email', 'zip', 'city', 'state', 'service', 'source'] as const;
const CONTROL_CHARACTER = /[\p{Cc}\p{Cs}]/u;
const MARKUP = /<\s*[/!]?\s*[a-z][^>]*>/i;
const MAXIMUM_CHARACTERS = 200;
const TICKED = new Set(['true', '1', 'on', 'yes', 'y', 'checked']);

/** Reads a payload by its form's configuration. @returns what it says, or every field that cannot be used and why. */
export function readSubmission(
  form: Form,
  payload: Fields,
): { readonly content: SubmissionContent } | { readonly problems: readonly FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const text = (name: keyof FormFields): string | undefined => {
    const { value, problem } = readText(lookUp(payload, form.fields[name]));
    if (problem) problems.push({ field: form.fields[name], message: problem });
    return value;
  };
  const given = lookUp(payload, form.fields.phone);
  const isWritten = typeof given === 'string' || typeof given === 'number';
  const phone = parsePhone(isWritten ? given : '', form.defaultCountry as CountryCode);
  if (phone.kind === 'invalid') problems.push({ field: form.fields.phone, message: phone.reason });
  const details: LeadDetails = {};
  for (const name of DETAILS) {
    const value = text(name);
    if (value !== undefined) details[name] = value;
  }
  const submissionId = text('submissionId');
  const submittedAt = text('submittedAt');
  const pageUrl = text('pageUrl');
  if (phone.kind === 'invalid' || problems.length > 0) return { problems };
  return {
    content: {
      number: phone.e164,
      details,
      ticked: form.checkboxes
        .filter((box) => isTicked(lookUp(payload, box.field), box.wordsShown))
        .map((box) => box.number),
      submissionId,
      submittedAt: isMoment(submittedAt) ? new Date(submittedAt).toISOString() : undefined,
      pageUrl,
    },
  };
}

function readText(value: unknown): { value?: string; problem?: string } {
  if (typeof value !== 'string' && typeof value !== 'number') return {};
  const text = String(value).trim();
  if (text === '') return {};
  if (text.length > MAXIMUM_CHARACTERS) {
    return { problem: `Longer than ${MAXIMUM_CHARACTERS} characters. Shorten it.` };
  }
  if (CONTROL_CHARACTER.test(text)) return { problem: 'Contains control characters. Send plain text.' };
  if (MARKUP.test(text)) return { problem: 'Contains markup. Send plain text without tags.' };
  return { value: text };
}

/**
 * Whether a value means that the person ticked the box: what builders send for a tick, or the label itself.
 * Anything else, an absent field included, is not a tick: consent is never guessed.
 */
function isTicked(value: unknown, label: string): boolean {
  if (Array.isArray(value)) return value.some((entry) => isTicked(entry, label));
  if (value === true || value === 1) return true;
  if (typeof value !== 'string') return false;
  const said = value.trim().toLowerCase();
  return TICKED.has(said) || (said !== '' && said === label.trim().toLowerCase());
}

function isMoment(value: string | undefined): value is string {
  return value !== undefined && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

/** Finds a field by its exact name or else by its path (`contact.phone`, `answers[0].value`). */
export function lookUp(payload: Fields, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split(/[.[\]]+/).filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
