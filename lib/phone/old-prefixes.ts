import type { CountryCode } from 'libphonenumber-js/max';

/** Mexican mobile numbers had a 1 behind the country code until 2020, and carriers still deliver replies with it. */
const OLD_MEXICAN = /^\+521(\d{10})$/;
/** Matches +52 1 in front of ten digits, as people write it. */
const WRITTEN_OLD_MEXICAN = /(?:\+|\b011|\b00)[\s.-]*52[\s.-]*1[\s().-]*(?=(?:\d[\s().-]*){10}(?!\d))/g;
/** Matches the same of a person in Mexico, who leaves the plus or the country code out. */
const DOMESTIC_OLD_MEXICAN = /^(?:52)?[\s.-]*1[\s().-]*(?=(?:\d[\s().-]*){10}$)/;

/** Rewrites a number in E.164 from an older numbering plan to the form that people write in forms today. */
export function currentNumber(e164: string): string {
  return e164.replace(OLD_MEXICAN, '+52$1');
}

/**
 * Rewrites the numbers in a text from older numbering plans, which libphonenumber does not know any more.
 *
 * @param country the country of numbers written without a country code.
 */
export function withoutOldPrefixes(text: string, country: CountryCode): string {
  const current = text.replace(WRITTEN_OLD_MEXICAN, '+52 ');
  return country === 'MX' ? current.replace(DOMESTIC_OLD_MEXICAN, '') : current;
}
