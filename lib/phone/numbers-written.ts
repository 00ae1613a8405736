import { type CountryCode, findPhoneNumbersInText, parsePhoneNumberFromString } from 'libphonenumber-js/max';

const MAXIMUM_CHARACTERS = 120;

/**
 * Every phone number in a text that people typed into another system: `(303) 555-0142 x12`, `home 303.555.0142 / cell
 * 720-555-0199`. Extensions are left out; it is for comparing with numbers that are known, never a source of new ones.
 *
 * @param value anything that is no text has no numbers.
 * @returns E.164, each once.
 */
export function numbersWritten(value: unknown, country: CountryCode = 'US'): string[] {
  if (typeof value !== 'string') return [];
  const text = value.replace(/\p{Cf}+/gu, '').slice(0, MAXIMUM_CHARACTERS);
  const first = parsePhoneNumberFromString(text, country)?.number;
  const all = findPhoneNumbersInText(text, country).map(({ number }) => number.number as string);
  return [...new Set([...(first ? [first as string] : []), ...all])];
}
