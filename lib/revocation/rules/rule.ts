export const languages = ['en', 'es', 'fr'] as const;
export type Language = (typeof languages)[number];

/**
 * One rule of how a received text is read. Rules are data: `docs/revocation.md` lists every one of them in its own words.
 */
export interface RevocationRule {
  /** Stays the same when the phrases change: it stands in the ledger as evidence. */
  readonly id: string;
  /** What the rule recognises, as one would explain it to a lawyer. */
  readonly says: string;
  /**
   * Where its phrases count: `anywhere`; as a whole `part` of the text, between two punctuation marks; as the `opening`
   * part; or as the whole `message`. Courtesies around the words do not matter for the last three.
   */
  readonly where: 'anywhere' | 'part' | 'opening' | 'message';
  /** Written as `lib/revocation/phrase.ts` explains. */
  readonly phrases: readonly string[];
}

/** Everything that is known of how people ask in one language not to be texted. */
export interface LanguageRules {
  readonly language: Language;
  readonly name: string;
  /** How a word is texted, and how it is read: `pls please`, one or several words. */
  readonly spellings: Readonly<Record<string, string>>;
  /** Long words whose misspellings by one letter are understood. */
  readonly misspelled: readonly string[];
  /** Lists that phrases name in braces. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Words that say nothing next to a request: "please", "thanks", "now". */
  readonly courtesies: readonly string[];
  /** Written by a machine: an answering service, an absence notice, a provider's error. */
  readonly automatic: readonly RevocationRule[];
  /** Not a revocation whatever its words: these words are set aside before anything else is looked for. */
  readonly innocent: readonly RevocationRule[];
  /** A request with a limit in it ("before 9", "about the invoice"): set aside likewise, and a person must look. */
  readonly limited: readonly RevocationRule[];
  /** A reasonable person understands: no more texts. */
  readonly clear: readonly RevocationRule[];
  /** Perhaps a revocation: a person must look, and automated texts are held meanwhile. */
  readonly doubtful: readonly RevocationRule[];
}
