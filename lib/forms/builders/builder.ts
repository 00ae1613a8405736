import type { Fields } from '../payload.ts';
import type { Proof } from '../proof/proof.ts';
import type { Fact } from './facts.ts';

/** One answer of a submission, under every name that its builder gives the question. */
export interface Answer {
  /** Id, reference, label. A form can be configured with any of them. Error messages use the first. */
  readonly names: readonly string[];
  readonly value: unknown;
  /** The fact that the answer is, if the builder says so. */
  readonly fact?: Fact;
}

/** The content of a builder's payload, in one shape for all builders. */
export interface BuilderAnswers {
  readonly answers: readonly Answer[];
  /** The builder's own id of the submission, the same in every repetition of it. */
  readonly submissionId?: unknown;
  /** Time at which the person submitted. */
  readonly submittedAt?: unknown;
  readonly pageUrl?: unknown;
  /** Address and browser of the person, which are not those of the builder's request. */
  readonly ip?: unknown;
  readonly userAgent?: unknown;
  /**
   * The reason why the payload neither consents nor enrols. `partial`: the person left the form before its end. `edited`: somebody
   * changed an earlier submission.
   */
  readonly unfinished?: 'partial' | 'edited';
  /** The reason why the payload cannot become a lead, as a sentence that says what to do. */
  readonly refusal?: string;
  /** Id of the proof of consent that another party keeps. */
  readonly consentId?: unknown;
}

/** The preset of a form builder: its content types, its proof of origin, its setup and its parser. */
export interface Builder {
  /** Name of the builder for people. */
  readonly title: string;
  readonly contentTypes: readonly string[];
  readonly proof: Proof;
  /** The advice for a form without a signing secret, for a builder that signs only some requests. */
  readonly unsigned?: string;
  /** `verification`: the builder sends the secret once, to check the address, and not in submissions. */
  readonly secretIs?: 'verification';
  /** The party that attests consent. Attested consent never lifts an opt-out (S5). */
  readonly attestedBy?: string;
  /** The checkbox that every form of the builder has, so none needs to be configured. */
  readonly checkbox?: { readonly field: string; readonly wordsShown: string };
  /** The reason why this builder's checkboxes are no consent. Its forms may be without any words of consent. */
  readonly refusesCheckboxes?: string;
  /** The steps of the setup, in the builder's own words. `{url}` is the form's address. */
  readonly setup: readonly string[];
  /** The builder's retries after an answer that is no 2xx. */
  readonly retries: string;
  /** The fixture that the preset was tested with. */
  readonly verifiedWith: string;
  /** Reads a payload. Pure. It never throws: a payload of another shape has no answers. */
  readonly parse: (payload: Fields) => BuilderAnswers;
}
