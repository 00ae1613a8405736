const TITLES = /^(mr|mrs|ms|miss|mx|dr|prof|sr|sra|srta)\.?$/i;
const SUFFIXES = /^(jr|sr|ii|iii|iv|esq|phd|md)\.?$/i;

/** The parts of a name that are present. */
export interface PersonName {
  readonly firstName?: string;
  readonly lastName?: string;
}

/**
 * Splits a name from one field: `Dana Reyes`, `Reyes, Dana`, `Dr. Ana María de la Cruz`.
 *
 * Titles are removed. Everything after the first name is the last name, so that no part is lost.
 */
export function splitName(whole: string): PersonName {
  const [before = '', after = ''] = whole.split(',', 2).map((part) => part.trim());
  if (after !== '' && !SUFFIXES.test(after)) return personName(wordsOf(after).join(' '), before);
  const [firstName = '', ...rest] = wordsOf([before, after].filter(Boolean).join(' '));
  return personName(firstName, rest.join(' '));
}

function wordsOf(text: string): string[] {
  const words = text.split(/\s+/).filter(Boolean);
  return words.length > 1 && TITLES.test(words[0] ?? '') ? words.slice(1) : words;
}

function personName(firstName: string, lastName: string): PersonName {
  return { ...(firstName !== '' && { firstName }), ...(lastName !== '' && { lastName }) };
}
