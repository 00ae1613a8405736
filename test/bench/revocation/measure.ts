import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type RevocationReading, readRevocation } from '../../../lib/revocation/read-revocation.ts';
import { type Language, languages } from '../../../lib/revocation/rules/rule.ts';

/** A reply with the label that a person gave it. */
export interface LabelledReply {
  readonly language: Language;
  readonly label: RevocationReading['class'];
  readonly text: string;
  readonly part: Part;
}

/**
 * `tuned`: the rules were written against these. `heldOut`: not tuned on, but written before the rules by the same people.
 * `unseen`: written when the rules were done, and never tuned on: the fairest of the three.
 */
export const parts = ['tuned', 'heldOut', 'unseen'] as const;
export type Part = (typeof parts)[number];

/** Tells how well the rules recognise the class `clear`, the one that opts out. */
export interface Score {
  readonly replies: number;
  readonly clear: number;
  /** Clear replies that were read as clear. */
  readonly hits: number;
  /** Replies that opted out without being clear. */
  readonly false: number;
  /** Share of the opt-outs that were right, 0 to 1; 1 where there was none. */
  readonly precision: number;
  /** Share of the clear replies that opted out, 0 to 1. */
  readonly recall: number;
  /** Share of the clear replies that opted out or were shown to a person, 0 to 1. */
  readonly recallWithDoubtful: number;
  /** Share of all replies that got the right class of the three, 0 to 1. */
  readonly accuracy: number;
}

export interface Miss {
  readonly reply: LabelledReply;
  readonly reading: RevocationReading;
}

const FOLDER = new URL('../../fixtures/revocation/', import.meta.url);

/** Reads the labelled replies. A third of `replies.tsv` is held out by the hash of the text, so that nobody chooses which. */
export function labelledReplies(): LabelledReply[] {
  const written = read('replies.tsv').map((reply) => ({ ...reply, part: partOf(reply.text) }));
  return [...written, ...read('unseen.tsv').map((reply) => ({ ...reply, part: 'unseen' as const }))];
}

function partOf(text: string): Part {
  const [first = 0] = createHash('sha256').update(text).digest();
  return first % 3 === 0 ? 'heldOut' : 'tuned';
}

function read(file: string): Omit<LabelledReply, 'part'>[] {
  const [, ...lines] = readFileSync(new URL(file, FOLDER), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [language = '', label = '', text = ''] = line.split('\t');
    if (!isLanguage(language) || !isClass(label) || text === '') throw new Error(`Not a reply: ${line}`);
    return { language, label, text };
  });
}

export function scoreOf(replies: readonly LabelledReply[]): Score {
  const read = replies.map(({ label, text }) => ({ label, got: readRevocation(text).class }));
  const count = (matches: (reply: (typeof read)[number]) => boolean) => read.filter(matches).length;
  const clear = count(({ label }) => label === 'clear');
  const hits = count(({ label, got }) => label === 'clear' && got === 'clear');
  const opted = count(({ got }) => got === 'clear');
  const seen = count(({ label, got }) => label === 'clear' && got !== 'none');
  return {
    replies: read.length,
    clear,
    hits,
    false: opted - hits,
    precision: share(hits, opted),
    recall: share(hits, clear),
    recallWithDoubtful: share(seen, clear),
    accuracy: share(
      count(({ label, got }) => label === got),
      read.length,
    ),
  };
}

export function missesIn(replies: readonly LabelledReply[]): Miss[] {
  return replies
    .map((reply) => ({ reply, reading: readRevocation(reply.text) }))
    .filter(({ reply, reading }) => reply.label !== reading.class);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

function isLanguage(value: string): value is Language {
  return languages.some((language) => language === value);
}

function isClass(value: string): value is RevocationReading['class'] {
  return value === 'clear' || value === 'doubtful' || value === 'none';
}
