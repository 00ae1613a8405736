/** Limits the work that hostile input can cause. Twilio delivers no SMS of more characters. */
const MAXIMUM_CHARACTERS = 1600;
const MAXIMUM_WORD_LETTERS = 30;

/** A word of a text in the form that the rules match: lower case, without accents, in full spelling. */
export interface Token {
  readonly text: string;
  /** Index of the part of the text that contains the word. Punctuation, line breaks and emoji end a part. */
  readonly clause: number;
}

/** Shortened French words before an apostrophe: "m'envoyez" is two words, while English "don't" is one. */
const ELIDED = new Set(['l', 'd', 'n', 'm', 't', 's', 'j', 'c', 'qu']);
const APOSTROPHES = /['’‘‛`´ʼ＇]/u;
/** Emoji that rules read as words. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/🛑|🚫|⛔/gu, ' . stopsign . '],
  [/🖕/gu, ' . middlefinger . '],
];

/**
 * Splits a text into words. It evens out case, accents, quotes, invisible characters, mathematical and full-width letters, and
 * disguised spellings ("s t o p", "st0p", "stopppp").
 *
 * @param body the text; the first 1,600 characters are read, in linear time.
 * @param spellings other ways to write a word when texting: `pls` is `please`, `dont` is `do not`.
 */
export function tokenize(body: string, spellings: ReadonlyMap<string, readonly string[]>): Token[] {
  let text = body.slice(0, MAXIMUM_CHARACTERS).normalize('NFKD').toLowerCase();
  // Normalization can turn one character into several, so the text is cut again.
  text = text.replace(/[\p{M}\p{Cf}]/gu, '').slice(0, MAXIMUM_CHARACTERS);
  text = text.replace(/#(?![\p{L}\p{N}])/gu, ' number ');
  for (const [sign, word] of SIGNS) text = text.replace(sign, word);
  const clauses = text
    .split(/[^\p{L}\p{N}\s'’‘‛`´ʼ＇\-_/*#&+@]+|\n/u)
    .map((clause) => joinLetters(clause.split(/[^\p{L}\p{N}'’‘‛`´ʼ＇]+/u).flatMap(splitApostrophes)));
  return joinDottedLetters(clauses).flatMap((clause, index) =>
    clause
      .map((word) => plain(word))
      .flatMap((word) => spellings.get(word) ?? [word])
      .map((word) => ({ text: word, clause: index })),
  );
}

function splitApostrophes(word: string): string[] {
  const [first = '', ...rest] = word.split(APOSTROPHES);
  const after = rest.join('');
  return (ELIDED.has(first) && after !== '' ? [first, after] : [first + after]).filter((part) => part !== '');
}

/** Joins four or more single letters in a row to a word: "s t o p". Fewer are left as they are. */
function joinLetters(words: readonly string[]): string[] {
  const joined: string[] = [];
  let letters: string[] = [];
  for (const word of [...words, '']) {
    if (/^\p{L}$/u.test(word)) {
      letters.push(word);
      continue;
    }
    joined.push(...(letters.length >= 4 ? [letters.join('')] : letters));
    letters = [];
    if (word !== '') joined.push(word);
  }
  return joined;
}

/** Joins a text of four or more single letters, each a part of its own, to a word: "s.t.o.p". */
function joinDottedLetters(clauses: readonly (readonly string[])[]): string[][] {
  const present = clauses.filter((clause) => clause.length > 0);
  const isSpelledOut =
    present.length >= 4 && present.every(([word = '', next]) => !next && word.length === 1);
  return isSpelledOut ? [[present.flat().join('')]] : present.map((clause) => [...clause]);
}

/** Reduces three or more of a letter to one, and reads 0, 1, 3 and 5 in a word as the letters that they look like. */
function plain(word: string): string {
  const short = word.slice(0, MAXIMUM_WORD_LETTERS).replace(/(.)\1{2,}/gu, '$1');
  if (!/\p{L}/u.test(short) || /^\d/u.test(short)) return short;
  return short.replace(/0/g, 'o').replace(/1/g, 'i').replace(/3/g, 'e').replace(/5/g, 's');
}
