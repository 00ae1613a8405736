/** The outcomes of handing a claimed text to Twilio. */
export const submitOutcomes = [
  'sent',
  /** Twilio refused the text for good. */
  'rejected',
  /** Twilio refuses every text of this campaign: a person must act. */
  'campaignBlocked',
  /** Twilio did not accept the text; its step or single text is due again. */
  'retrying',
  /** No answer came: `reconcile` asks Twilio whether it has the text. */
  'inDoubt',
] as const;
export type SubmitOutcome = (typeof submitOutcomes)[number];

/** The outcomes of one record of the gate's queues. Each acknowledges the record; only an exception returns it to the queue. */
export const textOutcomes = [
  ...submitOutcomes,
  /** The request for START left; the text itself waits for START. */
  'optInRequested',
  'held',
  'deferred',
  'refused',
  'dropped',
  'stopped',
  /** The text is not due: the queue delivered it twice, or it was held or deferred in between. */
  'notDue',
  /** Another worker finished the text while this one was deciding. */
  'handled',
] as const;
export type TextOutcome = (typeof textOutcomes)[number];
