import * as z from 'zod';
import { accidentalWords } from './accidental-words.ts';
import { readIntent } from './inbound-intent.ts';

const FEWEST_LETTERS = 3;
const MOST_CHARACTERS = 30;

/**
 * A whole message as a keyword would be written (T1, T2): upper case, without spaces and without punctuation at its end, so
 * that "donate 2022!" is DONATE2022. Empty where the message is longer than any keyword.
 */
export function keywordIn(message: string): string {
  // Spaces and punctuation may make a message longer than its keyword, but not by much.
  if (message.length > 2 * MOST_CHARACTERS) return '';
  const word = message
    .normalize('NFKC')
    .toUpperCase()
    .replace(/\s|\p{Cf}|\p{Variation_Selector}/gu, '');
  return word.replace(/[^\p{L}\p{M}\p{N}]+$/u, '');
}

/**
 * Why a word cannot be an opt-in keyword, as a sentence for whoever chose it (T1); undefined where it can.
 *
 * An opt-in keyword is consent, so it must be a word that nobody sends for another reason.
 */
export function whyNotKeyword(word: string): string | undefined {
  const normal = keywordIn(word);
  if (word.trim().length > MOST_CHARACTERS || normal.length > MOST_CHARACTERS) {
    return `A keyword has at most ${MOST_CHARACTERS} characters. Choose a shorter one.`;
  }
  if (!/^[\p{L}\p{M}\p{N}]+$/u.test(normal)) {
    return 'A keyword is one word of letters, with digits if you like. Leave out other characters.';
  }
  if (/^\p{N}+$/u.test(normal)) {
    return 'A keyword of digits only is sent by accident, as a price or a time. Add letters.';
  }
  if (lettersIn(normal) < FEWEST_LETTERS) {
    return `A keyword has at least ${FEWEST_LETTERS} letters; shorter ones are typed by accident.`;
  }
  if (isReserved(word) || isReserved(normal)) {
    return `${normal} is reserved: it is read as STOP, START, YES or HELP, or as a wish not to be texted.`;
  }
  if (accidentalWords.has(folded(normal))) {
    return `${normal} is a common reply, so people would opt in by accident. Choose a word that nobody sends otherwise.`;
  }
  return undefined;
}

/** A word that an admin chooses as keyword: refused with the reason, else in the spelling in which it is stored (T1). */
export const keywordWordSchema = z
  .string()
  .superRefine((word, context) => {
    const why = whyNotKeyword(word);
    if (why) context.addIssue({ code: 'custom', message: why });
  })
  .overwrite(keywordIn);

/** Twilio's words and whatever else is read as an opt-out, an opt-in or a call for help, "OPT IN" written OPTIN included. */
function isReserved(word: string): boolean {
  return readIntent(word).kind !== 'conversation';
}

function lettersIn(word: string): number {
  return word.match(/\p{L}/gu)?.length ?? 0;
}

/** Without accents, and with a letter that is repeated for emphasis once: SÍÍÍ is SI, OKAYYY is OKAY. */
function folded(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(.)\1{2,}/gu, '$1');
}
