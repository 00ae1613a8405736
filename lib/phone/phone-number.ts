import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type PhoneNumber =
  | { readonly kind: 'valid'; readonly e164: string }
  | { readonly kind: 'invalid'; readonly reason: string };

const SUGGESTION = 'Give a full number, for example +1 303 555 0142.';

/** Directions and other invisible marks come along when a number is copied from a contact; links say `tel:`. */
function written(value: string | number): string {
  return String(value)
    .replace(/\p{Cf}+/gu, '')
    .trim()
    .replace(/^tel:\s*/i, '');
}

/**
 * Reads a phone number as people and form builders write it ("(345)445-4566", "+44 20 7946 0958", a JSON number).
 *
 * @param country the country of numbers written without a country code.
 * @returns E.164, or why the value is no number that can be texted: one with an extension is refused, since a
 *   text would reach somebody else.
 */
export function parsePhone(value: string | number, country: CountryCode = 'US'): PhoneNumber {
  const text = written(value);
  if (text === '') return { kind: 'invalid', reason: `The phone number is empty. ${SUGGESTION}` };
  if (text.length > 40)
    return { kind: 'invalid', reason: `That is too long for a phone number. ${SUGGESTION}` };
  const parsed = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  if (!parsed?.isValid())
    return { kind: 'invalid', reason: `That is not a valid phone number. ${SUGGESTION}` };
  if (parsed.ext)
    return { kind: 'invalid', reason: 'A number with an extension cannot get texts. Leave it out.' };
  return { kind: 'valid', e164: parsed.number };
}
