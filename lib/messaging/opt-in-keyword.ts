import * as z from 'zod';
import { accidentalWords } from './accidental-words.ts';
import { readIntent } from './inbound-intent.ts';

const MINIMUM_LETTERS = 3;
const MAXIMUM_CHARACTERS = 30;

/**
 * Writes a whole message as a keyword (T1, T2): upper case, without spaces and without punctuation at its end, so that
 * "donate 2022!" becomes DONATE2022.
 *
 * @returns an empty string for a message that is longer than any keyword.
 */
export function keywordIn(message: string): string {
  // Spaces and punctuation make a message only a little longer than its keyword.
  if (message.length > 2 * MAXIMUM_CHARACTERS) return '';
  const word = message
    .normalize('NFKC')
    .toUpperCase()
    .replace(/\s|\p{Cf}|\p{Variation_Selector}/gu, '');
  return word.replace(/[^\p{L}\p{M}\p{N}]+$/u, '');
}

/**
 * Checks that a word can be an opt-in keyword (T1). A keyword is consent, so it must be a word that nobody sends for another
 * reason.
 *
 * @returns the reason against the word, as a sentence for the admin who chose it; undefined when it can be a keyword.
 */
export function whyNotKeyword(word: string): string | undefined {
  const normal = keywordIn(word);
  if (word.trim().length > MAXIMUM_CHARACTERS || normal.length > MAXIMUM_CHARACTERS) {
    return `A keyword has at most ${MAXIMUM_CHARACTERS} characters. Choose a shorter one.`;
  }
  if (!/^[\p{L}\p{M}\p{N}]+$/u.test(normal)) {
    return 'A keyword is one word of letters, with digits if you like. Leave out other characters.';
  }
  if (/^\p{N}+$/u.test(normal)) {
    return 'A keyword of digits only is sent by accident, as a price or a time. Add letters.';
  }
  if (lettersIn(normal) < MINIMUM_LETTERS) {
    return `A keyword has at least ${MINIMUM_LETTERS} letters; shorter ones are typed by accident.`;
  }
  if (isReserved(word) || isReserved(normal)) {
    return `${normal} is reserved: it is read as STOP, START, YES or HELP, or as a wish not to be texted.`;
  }
  if (accidentalWords.has(folded(normal))) {
    return `${normal} is a common reply, so people would opt in by accident. Choose a word that nobody sends otherwise.`;
  }
  return undefined;
}

/** Parses a keyword that an admin chose (T1): refuses it with the reason, or writes it in its stored spelling. */
export const keywordWordSchema = z
  .string()
  .superRefine((word, context) => {
    const why = whyNotKeyword(word);
    if (why) context.addIssue({ code: 'custom', message: why });
  })
  .overwrite(keywordIn);

/** Checks whether a word as an inbound text would be read as anything but conversation: STOP, OPTIN, HELP and the like. */
function isReserved(word: string): boolean {
  return readIntent(word).kind !== 'conversation';
}

function lettersIn(word: string): number {
  return word.match(/\p{L}/gu)?.length ?? 0;
}

/** Removes accents and letters repeated for emphasis: SÍÍÍ becomes SI, OKAYYY becomes OKAY. */
function folded(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(.)\1{2,}/gu, '$1');
}
