import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { withoutOldPrefixes } from './old-prefixes.ts';

export type PhoneNumber =
  | { readonly kind: 'valid'; readonly e164: string }
  | { readonly kind: 'invalid'; readonly reason: string };

const SUGGESTION = 'Give a full number, for example +1 303 555 0142.';
const MAXIMUM_CHARACTERS = 40;

/** Removes the invisible direction marks of numbers that were copied from a contact, and the `tel:` of links. */
function withoutMarks(value: string | number): string {
  return String(value)
    .replace(/\p{Cf}+/gu, '')
    .trim()
    .replace(/^tel:\s*/i, '');
}

/**
 * Reads a phone number as people and form builders write it ("(345)445-4566", "+44 20 7946 0958", a JSON number).
 *
 * @param country the country of numbers written without a country code.
 * @returns the number in E.164, or the reason why it cannot be texted. A number with an extension is refused, since a text
 *   would reach somebody else.
 */
export function parsePhone(value: string | number, country: CountryCode = 'US'): PhoneNumber {
  const text = withoutMarks(value);
  if (text === '') return { kind: 'invalid', reason: `The phone number is empty. ${SUGGESTION}` };
  if (text.length > MAXIMUM_CHARACTERS)
    return { kind: 'invalid', reason: `That is too long for a phone number. ${SUGGESTION}` };
  const parsed = parsePhoneNumberFromString(withoutOldPrefixes(text, country), {
    defaultCountry: country,
    extract: false,
  });
  if (!parsed?.isValid())
    return { kind: 'invalid', reason: `That is not a valid phone number. ${SUGGESTION}` };
  if (parsed.ext)
    return { kind: 'invalid', reason: 'A number with an extension cannot get texts. Leave it out.' };
  return { kind: 'valid', e164: parsed.number };
}
