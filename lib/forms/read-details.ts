import { LEAD_FIELDS, type LeadDetails, type LeadField } from '../leads/lead.ts';
import { splitName } from '../leads/person-name.ts';
import { membersOf } from './builders/read-members.ts';
import type { FieldProblem } from './read-submission.ts';

/** The details that have one value: all but the address, which can come in parts. */
const PLAIN_DETAILS = LEAD_FIELDS.filter((name): name is Exclude<LeadField, 'address'> => name !== 'address');

/** The facts about a lead: its details, and a whole name that is split. */
export const DETAIL_FACTS = [...LEAD_FIELDS, 'name'] as const;

const CONTROL_CHARACTER = /[\p{Cc}\p{Cs}]/u;
const MARKUP = /<\s*[/!]?\s*[a-z][^>]*>/i;
const MAXIMUM_CHARACTERS = 200;

/** Reads a text for a lead. @returns the trimmed text, or a sentence that says what is wrong; neither for an empty value. */
export function readText(value: unknown): { readonly value?: string; readonly problem?: string } {
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

/** The answers about a lead before they are checked. */
export type GivenDetails = Readonly<
  Partial<Record<(typeof DETAIL_FACTS)[number], { field: string; value: unknown }>>
>;

/**
 * Builds a lead's details from answers. A name in one field is split, and an address in parts is put together. A detail with a field of
 * its own wins over a part of another field.
 */
export function readDetails(given: GivenDetails): {
  readonly details: LeadDetails;
  readonly problems: readonly FieldProblem[];
} {
  const problems: FieldProblem[] = [];
  const text = (field: string, value: unknown): string | undefined => {
    const result = readText(value);
    if (result.problem) problems.push({ field, message: result.problem });
    return result.value;
  };
  const details: LeadDetails = { ...nameOf(given.name, text), ...addressOf(given.address, text) };
  for (const name of PLAIN_DETAILS) {
    const answer = given[name];
    const value = answer && text(answer.field, answer.value);
    if (value !== undefined) details[name] = value;
  }
  return { details, problems };
}

type ReadText = (field: string, value: unknown) => string | undefined;

function nameOf(answer: GivenDetails['name'], text: ReadText): LeadDetails {
  if (!answer) return {};
  const parts = membersOf(answer.value);
  const [first, last] = [parts['first'] ?? parts['First'], parts['last'] ?? parts['Last']];
  if (first === undefined && last === undefined) {
    const whole = text(answer.field, answer.value);
    return whole === undefined ? {} : splitName(whole);
  }
  return present({ firstName: text(answer.field, first), lastName: text(answer.field, last) });
}

/** Names that builders give to the street of an address. */
const STREET = ['street', 'addr_line1', 'address', 'line1', 'Line1', 'address1'];
/** Names that builders give to the other parts of an address. */
const PARTS = {
  city: ['city', 'City', 'town'],
  state: ['state', 'State', 'region', 'province'],
  zip: ['zip', 'postal', 'PostalCode', 'postalCode', 'zipCode'],
} as const;

function addressOf(answer: GivenDetails['address'], text: ReadText): LeadDetails {
  if (!answer) return {};
  if (typeof answer.value !== 'object') return present({ address: text(answer.field, answer.value) });
  const parts = membersOf(answer.value);
  const part = (names: readonly string[]) => {
    const name = names.find((candidate) => typeof parts[candidate] === 'string');
    return name === undefined ? undefined : text(answer.field, parts[name]);
  };
  const { city, state, zip } = PARTS;
  return present({ address: part(STREET), city: part(city), state: part(state), zip: part(zip) });
}

function present(details: { [name in keyof LeadDetails]?: string | undefined }): LeadDetails {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}
