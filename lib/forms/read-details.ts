import { LEAD_FIELDS, type LeadDetails, type LeadField } from '../leads/lead.ts';
import { splitName } from '../leads/person-name.ts';
import { members } from './builders/reading.ts';
import type { FieldProblem } from './read-submission.ts';

/** The details that are taken as they are: all but the address, which can come in parts. */
const PLAIN_DETAILS = LEAD_FIELDS.filter((name): name is Exclude<LeadField, 'address'> => name !== 'address');

/** What an answer can say of a lead: its details, and a whole name that is split. */
export const DETAIL_FACTS = [...LEAD_FIELDS, 'name'] as const;

const CONTROL_CHARACTER = /[\p{Cc}\p{Cs}]/u;
const MARKUP = /<\s*[/!]?\s*[a-z][^>]*>/i;
const MAXIMUM_CHARACTERS = 200;

/** A text that may stand in a lead: short, without control characters or markup; or why it may not. */
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

/** What a lead is made of, before it is known which of it can be used. */
export type GivenDetails = Readonly<
  Partial<Record<(typeof DETAIL_FACTS)[number], { field: string; value: unknown }>>
>;

/**
 * Makes a lead's details of what was found. A name in one field is split, an address in parts is put together; what
 * has a field of its own wins over its part of another.
 */
export function readDetails(given: GivenDetails): {
  readonly details: LeadDetails;
  readonly problems: readonly FieldProblem[];
} {
  const problems: FieldProblem[] = [];
  const text = (field: string, value: unknown): string | undefined => {
    const read = readText(value);
    if (read.problem) problems.push({ field, message: read.problem });
    return read.value;
  };
  const details: LeadDetails = { ...nameOf(given.name, text), ...addressOf(given.address, text) };
  for (const name of PLAIN_DETAILS) {
    const found = given[name];
    const value = found && text(found.field, found.value);
    if (value !== undefined) details[name] = value;
  }
  return { details, problems };
}

type ReadText = (field: string, value: unknown) => string | undefined;

function nameOf(found: GivenDetails['name'], text: ReadText): LeadDetails {
  if (!found) return {};
  const parts = members(found.value);
  const [first, last] = [parts['first'] ?? parts['First'], parts['last'] ?? parts['Last']];
  if (first === undefined && last === undefined) {
    const whole = text(found.field, found.value);
    return whole === undefined ? {} : splitName(whole);
  }
  return present({ firstName: text(found.field, first), lastName: text(found.field, last) });
}

/** The parts of an address under the names that builders give them. */
const STREET = ['street', 'addr_line1', 'address', 'line1', 'Line1', 'address1'];
const PARTS = {
  city: ['city', 'City', 'town'],
  state: ['state', 'State', 'region', 'province'],
  zip: ['zip', 'postal', 'PostalCode', 'postalCode', 'zipCode'],
} as const;

function addressOf(found: GivenDetails['address'], text: ReadText): LeadDetails {
  if (!found) return {};
  if (typeof found.value !== 'object') return present({ address: text(found.field, found.value) });
  const parts = members(found.value);
  const part = (names: readonly string[]) => {
    const name = names.find((candidate) => typeof parts[candidate] === 'string');
    return name === undefined ? undefined : text(found.field, parts[name]);
  };
  const { city, state, zip } = PARTS;
  return present({ address: part(STREET), city: part(city), state: part(state), zip: part(zip) });
}

function present(details: { [name in keyof LeadDetails]?: string | undefined }): LeadDetails {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}
