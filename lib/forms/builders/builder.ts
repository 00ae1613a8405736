import type { Fields } from '../payload.ts';
import type { Proof } from '../proof/proof.ts';
import type { Fact } from './facts.ts';

/** One answer of a submission, under every name that its builder gives the question. */
export interface Answer {
  /** Id, reference, label: any of them can be configured. The first is the one that messages name. */
  readonly names: readonly string[];
  readonly value: unknown;
  /** What the builder itself says the answer is. */
  readonly fact?: Fact;
}

/** What a builder's payload says, in the same words for every builder. */
export interface BuilderAnswers {
  readonly answers: readonly Answer[];
  /** The builder's own id of the submission, the same in every repetition of it. */
  readonly submissionId?: unknown;
  /** When the person submitted. */
  readonly submittedAt?: unknown;
  readonly pageUrl?: unknown;
  /** Address and browser of the person; the request itself comes from the builder. */
  readonly ip?: unknown;
  readonly userAgent?: unknown;
  /**
   * Why the payload is no submission by the person, so that it neither consents nor enrols: `partial`, the form was
   * left before its end; `edited`, somebody changed an earlier submission.
   */
  readonly unfinished?: 'partial' | 'edited';
  /** Why the payload cannot become a lead at all: a sentence that says what to do. */
  readonly refusal?: string;
  /** Id under which another party keeps the proof of consent. */
  readonly consentId?: unknown;
}

/** A form builder: how it posts, how it proves itself, and how its payload is read. */
export interface Builder {
  /** As people know it. */
  readonly title: string;
  readonly contentTypes: readonly string[];
  readonly proof: Proof;
  /** Whether a form can be set up with a signature, and must say so when it is not. */
  readonly unsigned?: string;
  /** `verification`: the secret is the word that the builder shows when it checks the address, not part of a submission. */
  readonly secretIs?: 'verification';
  /** Where consent is an answer given to somebody else and attested by them, it never lifts an opt-out. */
  readonly attestedBy?: string;
  /** The checkbox that the builder has by itself; a form of it needs none configured. */
  readonly checkbox?: { readonly field: string; readonly wordsShown: string };
  /** Why checkboxes of this builder are no consent, where they are none. Its forms may have no words of consent at all. */
  readonly refusesCheckboxes?: string;
  /** How to set it up, step by step, in the builder's own words. `{url}` is the form's address. */
  readonly setup: readonly string[];
  /** What it does when it gets no 2xx. */
  readonly retries: string;
  /** What the preset was tried with. */
  readonly verifiedWith: string;
  /** Reads a payload. Pure; it never throws on a payload of another shape, it finds nothing in it. */
  readonly parse: (payload: Fields) => BuilderAnswers;
}
