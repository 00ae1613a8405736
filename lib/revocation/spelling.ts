/** A shorter word differs in one letter from too many other words: "stop" and "shop" mean different things. */
const MINIMUM_LETTERS = 8;

/**
 * Finds the vocabulary's word that a misspelled word means. The two differ in at most one letter: one added, missing or changed,
 * or two neighbours swapped.
 *
 * @param vocabulary words of fewer than 8 letters are not considered.
 * @returns undefined when there is none.
 */
export function nearbyWord(word: string, vocabulary: readonly string[]): string | undefined {
  if (word.length < MINIMUM_LETTERS - 1) return undefined;
  return vocabulary.find((meant) => meant.length >= MINIMUM_LETTERS && isOneLetterOff(word, meant));
}

function isOneLetterOff(word: string, meant: string): boolean {
  if (Math.abs(word.length - meant.length) > 1) return false;
  let same = 0;
  while (same < word.length && word[same] === meant[same]) same++;
  const [a, b] = [word.slice(same), meant.slice(same)];
  const changed = a.slice(1) === b.slice(1);
  const added = a.slice(1) === b;
  const missing = a === b.slice(1);
  const swapped = a.slice(2) === b.slice(2) && a[0] === b[1] && a[1] === b[0];
  return changed || added || missing || swapped;
}
