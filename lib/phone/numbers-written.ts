import { type CountryCode, findPhoneNumbersInText, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { currentNumber, withoutOldPrefixes } from './old-prefixes.ts';

const MAXIMUM_CHARACTERS = 120;

/**
 * Finds every phone number in a field that people typed into another system: `(303) 555-0142 x12`, `home 303.555.0142 /
 * cell 720-555-0199`. Extensions are dropped, so use the result to match known numbers only, never to text a new one.
 *
 * @param value the field; the first 120 characters are read. A value that is no string has no numbers.
 * @param country the country of numbers written without a country code.
 * @returns E.164, each number once.
 */
export function numbersWritten(value: unknown, country: CountryCode = 'US'): string[] {
  if (typeof value !== 'string') return [];
  const text = withoutOldPrefixes(value.replace(/\p{Cf}+/gu, '').slice(0, MAXIMUM_CHARACTERS), country);
  const first = parsePhoneNumberFromString(text, country)?.number;
  const all = findPhoneNumbersInText(text, country).map(({ number }) => number.number as string);
  return [...new Set([...(first ? [first as string] : []), ...all].map(currentNumber))];
}
