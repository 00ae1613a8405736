/** Shorter words have too many neighbours: "stop" and "shop" mean different things. */
const SHORTEST = 8;

/**
 * The word that is meant by one that differs in a single letter (added, missing, changed, or two swapped).
 * @returns undefined where the word is too short to tell, or near none.
 */
export function nearbyWord(word: string, vocabulary: readonly string[]): string | undefined {
  if (word.length < SHORTEST - 1) return undefined;
  return vocabulary.find((meant) => meant.length >= SHORTEST && isOneLetterOff(word, meant));
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
