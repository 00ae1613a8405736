import type { Token } from './words.ts';

/**
 * A phrase of the rules, ready to be searched for. A phrase is written so:
 *
 * - `stop texting`: these words next to each other, within one part of the text;
 * - `(stop|do not)`: one of these; `[me]`, `[a|the]`: one of these or nothing; `{texts}`: one word of that list; `_`: any
 *   one word;
 * - `...`: a gap of up to four words, across punctuation too, but not across "and", "or", "stop" or a negation;
 * - `^`, `$`: the beginning or the end of a part of the text.
 */
export interface Phrase {
  readonly written: string;
  /** The words with which the phrase can begin; undefined when any word can. It rules out most phrases at once. */
  readonly begins: ReadonlySet<string> | undefined;
  /** Parses the phrase on first use. Most of the thousand phrases never get that far. */
  readonly parts: () => readonly Part[];
}

type Part =
  | { readonly is: 'words'; readonly options: readonly (readonly string[])[]; readonly optional: boolean }
  | { readonly is: 'gap' | 'start' | 'end' };

/** The word lists that phrases name in braces. */
export type WordLists = Readonly<Record<string, readonly string[]>>;

const ANY = '_';
const MAXIMUM_GAP_WORDS = 4;
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
 * Creates the parser for the phrases of one language. It parses pieces that phrases share, such as `[please]` or `{texts}`,
 * once.
 *
 * @param lists the language's word lists.
 * @returns a parser. It throws Error, at once or on the phrase's first use, when the phrase names a list that does not exist.
 */
export function createPhraseParser(lists: WordLists): (written: string) => Phrase {
  const pieces = new Map<string, Part>();
  const partOf = (piece: string): Part => {
    const parsed = pieces.get(piece);
    if (parsed) return parsed;
    const part = parsePart(piece, lists);
    pieces.set(piece, part);
    return part;
  };
  return (written) => {
    let parsed: readonly Part[] | undefined;
    const parts = () => {
      parsed ??= (written.match(/\([^)]*\)|\[[^\]]*\]|\S+/g) ?? []).map(partOf);
      return parsed;
    };
    return { written, begins: literalBeginning(written) ?? beginningsOf(parts()), parts };
  };
}

/** Reads the first word of a phrase that begins with a literal word, as most do, without parsing the rest. */
function literalBeginning(written: string): ReadonlySet<string> | undefined {
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
 * Matches a phrase against a text, beginning at the word with index `at`. The work is bounded by the length of the phrase,
 * not of the text.
 *
 * @returns the index after the phrase's last word; undefined when the phrase is not there.
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

/** Matches the rest of a phrase after a gap, in the same part of the text or in a later one. */
function afterGap(
  parts: readonly Part[],
  next: number,
  words: readonly Token[],
  at: number,
): number | undefined {
  for (let skipped = 0; skipped <= MAXIMUM_GAP_WORDS; skipped++) {
    const end = follow(parts, next + 1, words, at + skipped, at + skipped);
    if (end !== undefined) return end;
    const over = words[at + skipped];
    if (!over || over.text === '' || NEVER_IN_A_GAP.has(over.text)) return undefined;
  }
  return undefined;
}

/** Checks that the word at index `at` is the expected one and continues the same part of the text. A blank never matches. */
function isNext(expected: string, words: readonly Token[], start: number, at: number): boolean {
  const word = words[at];
  if (!word || word.text === '' || (expected !== ANY && word.text !== expected)) return false;
  return at === start || word.clause === words[at - 1]?.clause;
}
