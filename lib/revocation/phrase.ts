import type { Token } from './words.ts';

/**
 * A phrase as it is written in the rules, ready to be found:
 *
 * - `stop texting`: these words, next to each other, within one part of the text;
 * - `(stop|do not)`: one of these; `[me]`, `[a|the]`: one of these or nothing; `{texts}`: a word of that list; `_`: any
 *   one word;
 * - `...`: up to four words, over punctuation too, but over no "and", "or" or negation;
 * - `^`, `$`: where a part of the text begins or ends.
 */
export interface Phrase {
  readonly written: string;
  /** The words with which it can begin; undefined where that may be any. Most phrases are ruled out by it at once. */
  readonly begins: ReadonlySet<string> | undefined;
  /** Taken apart when a text first reaches beyond its beginning, which few phrases ever see: there are a thousand. */
  readonly parts: () => readonly Part[];
}

type Part =
  | { readonly is: 'words'; readonly options: readonly (readonly string[])[]; readonly optional: boolean }
  | { readonly is: 'gap' | 'start' | 'end' };

/** Lists of words that phrases name in braces. */
export type WordLists = Readonly<Record<string, readonly string[]>>;

const ANY = '_';
const GAP_WORDS = 4;
const NEVER_IN_A_GAP = new Set([
  ...[
    'and',
    'or',
    'nor',
    'not',
    'no',
    'never',
    'stop',
    'y',
    'o',
    'ni',
    'et',
    'ou',
    'ne',
    'pas',
    'plus',
    'nunca',
  ],
]);

const MARKS: Readonly<Record<string, Part>> = {
  '...': { is: 'gap' },
  '^': { is: 'start' },
  $: { is: 'end' },
};

/**
 * Reads the phrases of one language. Pieces that phrases share, `[please]` or `{texts}`, are taken apart once.
 *
 * @returns a function that @throws where a phrase names a list that is not there, a mistake in the rules: at once, or
 *   when its parts are asked for.
 */
export function createPhraseParser(lists: WordLists): (written: string) => Phrase {
  const pieces = new Map<string, Part>();
  const partOf = (piece: string): Part => {
    const known = pieces.get(piece);
    if (known) return known;
    const part = parsePart(piece, lists);
    pieces.set(piece, part);
    return part;
  };
  return (written) => {
    let known: readonly Part[] | undefined;
    const parts = () => {
      known ??= (written.match(/\([^)]*\)|\[[^\]]*\]|\S+/g) ?? []).map(partOf);
      return known;
    };
    return { written, begins: plainBeginning(written) ?? beginningsOf(parts()), parts };
  };
}

/** Most phrases begin with a word that is written out: nothing else of them need be read to know it. */
function plainBeginning(written: string): ReadonlySet<string> | undefined {
  const [first = ''] = written.split(' ', 1);
  return /^[a-z]+$/.test(first) ? new Set([first]) : undefined;
}

function parsePart(piece: string, lists: WordLists): Part {
  const mark = MARKS[piece];
  if (mark) return mark;
  const grouped = piece.startsWith('(') || piece.startsWith('[');
  const options = (grouped ? piece.slice(1, -1) : piece)
    .split('|')
    .flatMap((option) => expand(option, lists));
  return { is: 'words', options, optional: piece.startsWith('[') };
}

function beginningsOf(parts: readonly Part[]): ReadonlySet<string> | undefined {
  const begins = new Set<string>();
  for (const part of parts) {
    if (part.is === 'start') continue;
    if (part.is !== 'words') return undefined;
    for (const [first = ANY] of part.options) begins.add(first);
    if (!part.optional) return begins.has(ANY) ? undefined : begins;
  }
  return undefined;
}

function expand(option: string, lists: WordLists): string[][] {
  if (!option.startsWith('{')) return [option.split(' ')];
  const list = lists[option.slice(1, -1)];
  if (!list) throw new Error(`The rules have no list of words ${option}`);
  return list.map((word) => word.split(' '));
}

/**
 * Finds the phrase where it begins at word `at`.
 * @returns the index after its last word, or undefined. Work is bounded by the phrase, not by the text.
 */
export function endOfPhrase(
  { parts, begins }: Phrase,
  words: readonly Token[],
  at: number,
): number | undefined {
  if (begins && !begins.has(words[at]?.text ?? '')) return undefined;
  return follow(parts(), 0, words, at, at);
}

function follow(
  parts: readonly Part[],
  next: number,
  words: readonly Token[],
  start: number,
  at: number,
): number | undefined {
  const part = parts[next];
  if (!part) return at;
  const rest = (from: number) => follow(parts, next + 1, words, start, from);
  switch (part.is) {
    case 'start':
      return words[at - 1]?.clause === words[at]?.clause ? undefined : rest(at);
    case 'end':
      return words[at - 1]?.clause === words[at]?.clause ? undefined : rest(at);
    case 'gap':
      return afterGap(parts, next, words, at);
    case 'words': {
      for (const option of part.options) {
        if (!option.every((word, i) => isNext(word, words, start, at + i))) continue;
        const end = rest(at + option.length);
        if (end !== undefined) return end;
      }
      return part.optional ? rest(at) : undefined;
    }
  }
}

/** After a gap the phrase may go on in another part of the text. */
function afterGap(
  parts: readonly Part[],
  next: number,
  words: readonly Token[],
  at: number,
): number | undefined {
  for (let skipped = 0; skipped <= GAP_WORDS; skipped++) {
    const end = follow(parts, next + 1, words, at + skipped, at + skipped);
    if (end !== undefined) return end;
    const over = words[at + skipped];
    if (!over || over.text === '' || NEVER_IN_A_GAP.has(over.text)) return undefined;
  }
  return undefined;
}

/** Whether that word stands there, in the part of the text in which the phrase began. A blanked word is none. */
function isNext(wanted: string, words: readonly Token[], start: number, at: number): boolean {
  const word = words[at];
  if (!word || word.text === '' || (wanted !== ANY && word.text !== wanted)) return false;
  return at === start || word.clause === words[at - 1]?.clause;
}
