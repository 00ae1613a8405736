export const languages = ['en', 'es', 'fr'] as const;
export type Language = (typeof languages)[number];

/** A rule by which a received text is read. Rules are data; `docs/revocation.md` lists all of them. */
export interface RevocationRule {
  /** The ledger keeps this id as evidence: never change it, even when the phrases change. */
  readonly id: string;
  /** Explains to a lawyer which texts the rule recognises. */
  readonly description: string;
  /**
   * The place in which the phrases count: `anywhere`; as a whole `part` of the text, between two punctuation marks; as the
   * `opening` part; or as the whole `message`. Courtesies around the words do not matter for the last three.
   */
  readonly where: 'anywhere' | 'part' | 'opening' | 'message';
  /** Phrases in the notation of `lib/revocation/phrase.ts`. */
  readonly phrases: readonly string[];
}

/** The rules and word lists of one language for requests to stop texting. */
export interface LanguageRules {
  readonly language: Language;
  readonly name: string;
  /** Maps a word as people text it to the one or more words that it means: `pls` to `please`. */
  readonly spellings: Readonly<Record<string, string>>;
  /** Words that are recognised with one wrong letter, if they have eight or more letters (see spelling.ts). */
  readonly misspelled: readonly string[];
  /** Word lists that phrases name in braces. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Phrases that do not change the meaning of a request: "please", "thanks", "now". */
  readonly courtesies: readonly string[];
  /** Recognise texts of a machine: an answering service, an absence notice, a provider's error. */
  readonly automatic: readonly RevocationRule[];
  /** Recognise words that are no revocation ("stop by at 5"); they are set aside before the other rules apply. */
  readonly innocent: readonly RevocationRule[];
  /** Recognise requests with a limit ("before 9", "about the invoice"); they are set aside, and a person must decide. */
  readonly limited: readonly RevocationRule[];
  /** Recognise requests that any reasonable person understands as: no more texts. */
  readonly clear: readonly RevocationRule[];
  /** Recognise possible revocations: a person must decide, and automated texts are held until then. */
  readonly doubtful: readonly RevocationRule[];
}
