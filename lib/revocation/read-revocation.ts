import { createPhraseParser, endOfPhrase, type Phrase } from './phrase.ts';
import { revocationRules } from './rules/index.ts';
import type { Language, LanguageRules, RevocationRule } from './rules/rule.ts';
import { nearbyWord } from './spelling.ts';
import { type Token, tokenize } from './words.ts';

/** The rule that recognised a revocation, in the form in which the evidence keeps it. */
export interface MatchedRule {
  /** Its id in `docs/revocation.md`. */
  readonly rule: string;
  readonly language: Language;
}

/** The result of reading a received text. */
export interface RevocationReading {
  /** `clear`: the number is opted out at once. `doubtful`: a person must decide; automated texts are held until then. */
  readonly class: 'clear' | 'doubtful' | 'none';
  readonly matched: MatchedRule | undefined;
  /** A machine seems to have written the text. No person replied, so no automation should stop for it. */
  readonly automatic: boolean;
}

interface ReadyRule extends MatchedRule {
  readonly where: RevocationRule['where'];
  readonly phrases: readonly Phrase[];
}

type Stage = 'automatic' | 'innocent' | 'limited' | 'clear' | 'doubtful';

/** The parsed rules of all languages, by the stage in which they are applied. */
interface ReadyRules extends Readonly<Record<Stage, readonly ReadyRule[]>> {
  readonly spellings: ReadonlyMap<string, readonly string[]>;
  readonly misspelled: readonly string[];
  readonly courtesies: readonly Phrase[];
}

let prepared: ReadyRules | undefined;

/** Parses the rules on first use: a process that receives only the carriers' keywords, such as STOP, never needs them. */
function readyRules(): ReadyRules {
  prepared ??= prepare();
  return prepared;
}

function prepare(): ReadyRules {
  const languages = revocationRules.map((rules) => ({ rules, parse: createPhraseParser(rules.lists) }));
  const stage = (name: Stage): ReadyRule[] =>
    languages.flatMap(({ rules: { language, [name]: ofStage }, parse }) =>
      ofStage.map(({ id, where, phrases }) => ({ rule: id, language, where, phrases: phrases.map(parse) })),
    );
  return {
    spellings: new Map(
      revocationRules.flatMap((rules) =>
        Object.entries(rules.spellings).map(
          ([texted, meant]) => [texted, meant.split(' ').filter(Boolean)] as const,
        ),
      ),
    ),
    misspelled: revocationRules.flatMap((rules) => rules.misspelled),
    courtesies: revocationRules.flatMap((rules) => rules.courtesies.map(createPhraseParser({}))),
    automatic: stage('automatic'),
    innocent: stage('innocent'),
    limited: stage('limited'),
    clear: stage('clear'),
    doubtful: stage('doubtful'),
  };
}

let vocabulary: ReadonlySet<string> | undefined;

/** Collects every word of every rule. Such a word is never corrected as a misspelling of another. */
function wordsOfRules(): ReadonlySet<string> {
  vocabulary ??= new Set(revocationRules.flatMap(wordsIn));
  return vocabulary;
}

/**
 * Reads whether a person asks in their own words for no more texts (X7; 47 CFR 64.1200(a)(10): any reasonable means).
 *
 * 1. Words that are no revocation in their context ("stop by at 5") are set aside.
 * 2. Requests with a limit ("not before 9") are set aside too, and make the text doubtful.
 * 3. In the remaining words a clear rule decides, else a doubtful one.
 *
 * A text that a machine wrote never opts out: when a clear rule matches in it, it is doubtful.
 *
 * @param body the text as received; the first 1,600 characters are read, in linear time. The rules are data
 *   (`lib/revocation/rules/`), listed in `docs/revocation.md`.
 */
export function readRevocation(body: string): RevocationReading {
  const rules = readyRules();
  const words = tokenize(body, rules.spellings).map((word) => correct(word, rules.misspelled));
  const automatic = firstMatch(rules.automatic, words, rules.courtesies) !== undefined;
  const { left, limit } = setAside(words, rules);
  const clear = firstMatch(rules.clear, left, rules.courtesies);
  if (clear) return { class: automatic ? 'doubtful' : 'clear', matched: clear, automatic };
  const doubtful = automatic ? undefined : (limit ?? firstMatch(rules.doubtful, left, rules.courtesies));
  return { class: doubtful ? 'doubtful' : 'none', matched: doubtful, automatic };
}

function wordsIn(rules: LanguageRules): string[] {
  const stages = [rules.automatic, rules.innocent, rules.limited, rules.clear, rules.doubtful];
  const phrases = stages.flat().flatMap(({ phrases }) => phrases);
  return [...phrases, ...Object.values(rules.lists).flat(), ...rules.courtesies].flatMap(
    (written) => written.match(/\p{L}+/gu) ?? [],
  );
}

function correct(word: Token, misspelled: readonly string[]): Token {
  const meant = nearbyWord(word.text, misspelled);
  return meant === undefined || wordsOfRules().has(word.text) ? word : { ...word, text: meant };
}

/** Blanks the words of innocent and limited phrases. No phrase matches a blank or continues across one. */
function setAside(
  words: readonly Token[],
  rules: ReadyRules,
): {
  readonly left: readonly Token[];
  readonly limit: MatchedRule | undefined;
} {
  const left = [...words];
  let limit: MatchedRule | undefined;
  for (const rule of [...rules.innocent, ...rules.limited]) {
    for (const phrase of rule.phrases) {
      for (let at = 0; at < left.length; at++) {
        const end = endOfPhrase(phrase, left, at);
        if (end === undefined) continue;
        for (let i = at; i < end; i++) left[i] = { clause: left[i]?.clause ?? 0, text: '' };
        if (rules.limited.includes(rule)) limit ??= evidenceOf(rule);
      }
    }
  }
  return { left, limit };
}

/** Finds the first rule with a phrase in the place where the rule allows it. */
function firstMatch(
  candidates: readonly ReadyRule[],
  words: readonly Token[],
  courtesies: readonly Phrase[],
): MatchedRule | undefined {
  const parts = partsOf(words);
  // Courtesies are removed at the end only, and anywhere: "no" is a courtesy in "no, stop", but not in "no texts please".
  const ended = parts.map((part) => withoutCourtesies(part, 'end', courtesies));
  const bare = parts
    .map((part) => withoutCourtesies(part, 'anywhere', courtesies))
    .filter((part) => part.length > 0);
  const counts: Readonly<Record<RevocationRule['where'], (phrases: readonly Phrase[]) => boolean>> = {
    anywhere: (phrases) =>
      phrases.some((phrase) => words.some((_, at) => endOfPhrase(phrase, words, at) !== undefined)),
    part: (phrases) => [...parts, ...ended, ...bare].some((part) => isOneOf(phrases, part)),
    opening: (phrases) => isOneOf(phrases, bare[0] ?? []),
    message: (phrases) => isOneOf(phrases, withoutRepeats(bare.flat()).map(inOnePart)),
  };
  const match = candidates.find(({ where, phrases }) => counts[where](phrases));
  return match && evidenceOf(match);
}

function evidenceOf({ rule, language }: MatchedRule): MatchedRule {
  return { rule, language };
}

function isOneOf(phrases: readonly Phrase[], part: readonly Token[]): boolean {
  return part.length > 0 && phrases.some((phrase) => endOfPhrase(phrase, part, 0) === part.length);
}

function partsOf(words: readonly Token[]): Token[][] {
  return [...Map.groupBy(words, ({ clause }) => clause).values()];
}

function withoutCourtesies(
  part: readonly Token[],
  where: 'end' | 'anywhere',
  courtesies: readonly Phrase[],
): Token[] {
  const left: Token[] = [];
  // The length of `left` up to the last word that is no courtesy.
  let length = 0;
  for (let at = 0; at < part.length; ) {
    const end = Math.max(at, ...courtesies.map((courtesy) => endOfPhrase(courtesy, part, at) ?? at));
    const next = Math.max(end, at + 1);
    if (end === at || where === 'end') left.push(...part.slice(at, next));
    if (end === at) length = left.length;
    at = next;
  }
  return withoutRepeats(left.slice(0, length));
}

/** Removes a word that repeats the one before: "stop stop stop" becomes "stop". */
function withoutRepeats(words: readonly Token[]): Token[] {
  return words.filter(({ text }, i) => text !== words[i - 1]?.text);
}

function inOnePart(word: Token): Token {
  return { ...word, clause: 0 };
}
