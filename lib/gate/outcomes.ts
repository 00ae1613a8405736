/** How handing a claimed text to Twilio ends. */
export const submitOutcomes = [
  'sent',
  /** Twilio refused the text for good. */
  'rejected',
  /** Twilio refuses every text of this campaign: someone must act. */
  'campaignBlocked',
  /** Twilio took nothing; the step is due again. */
  'retrying',
  /** The answer never came: `reconcile` asks Twilio what became of it. */
  'inDoubt',
] as const;
export type SubmitOutcome = (typeof submitOutcomes)[number];

/** How one record of the gate's queues ends. All but an exception acknowledge it. */
export const textOutcomes = [
  ...submitOutcomes,
  /** The opt-in template left; the text waits for START. */
  'optInRequested',
  'held',
  'deferred',
  'refused',
  'dropped',
  'stopped',
  /** Not at this step, or not yet: a duplicate delivery, or it was held or deferred in between. */
  'notDue',
  /** Someone else finished it while this record was being decided. */
  'handled',
] as const;
export type TextOutcome = (typeof textOutcomes)[number];
