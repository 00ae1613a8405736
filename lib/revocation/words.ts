/** How much of a text is read: no SMS that Twilio delivers is longer. It bounds the work for hostile input. */
const MOST_CHARACTERS = 1600;
const MOST_WORD_LETTERS = 30;

/** A word of a text as rules see it: lower case, without accents, in full spelling. */
export interface Token {
  readonly text: string;
  /** Which part of the text it stands in; punctuation, line breaks and emoji end a part. */
  readonly clause: number;
}

/** Letters that French drops before an apostrophe: "m'envoyez" is two words, where English "don't" is one. */
const ELIDED = new Set(['l', 'd', 'n', 'm', 't', 's', 'j', 'c', 'qu']);
const APOSTROPHES = /['’‘‛`´ʼ＇]/u;
/** Emoji that say something by themselves. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/🛑|🚫|⛔/gu, ' . stopsign . '],
  [/🖕/gu, ' . middlefinger . '],
];

/**
 * Splits a text into words, whatever their case, accents, quotes, invisible characters, look-alike letters of other
 * alphabets' mathematical or full-width kind, and spelling out ("s t o p", "st0p", "stopppp").
 *
 * @param spellings other ways to write a word, as people text: `pls` is `please`, `dont` is `do not`. Time is linear in
 *   the text, of which the first 1,600 characters are read.
 */
export function tokenize(body: string, spellings: ReadonlyMap<string, readonly string[]>): Token[] {
  let text = body.slice(0, MOST_CHARACTERS).normalize('NFKD').toLowerCase();
  // Taken apart, one letter can be many: cut again.
  text = text.replace(/[\p{M}\p{Cf}]/gu, '').slice(0, MOST_CHARACTERS);
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

/** "s t o p" is a word of four letters; two single letters are not taken for one. */
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

/** "s.t.o.p" came apart at its dots. */
function joinDottedLetters(clauses: readonly (readonly string[])[]): string[][] {
  const present = clauses.filter((clause) => clause.length > 0);
  const isSpelledOut =
    present.length >= 4 && present.every(([word = '', next]) => !next && word.length === 1);
  return isSpelledOut ? [[present.flat().join('')]] : present.map((clause) => [...clause]);
}

/** Three and more of a letter are one; a digit among letters is the letter it looks like. */
function plain(word: string): string {
  const short = word.slice(0, MOST_WORD_LETTERS).replace(/(.)\1{2,}/gu, '$1');
  if (!/\p{L}/u.test(short) || /^\d/u.test(short)) return short;
  return short.replace(/0/g, 'o').replace(/1/g, 'i').replace(/3/g, 'e').replace(/5/g, 's');
}
