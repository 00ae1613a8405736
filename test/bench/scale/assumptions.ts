/**
 * Values that neither the stack nor a provider gives. Times are usual answer times of DynamoDB, SQS and Twilio within a region. Put
 * your own measurements here: every table and simulation uses them.
 */
export const ASSUMED = {
  /** Milliseconds of a batch in send-gate: the batch's read, the send transaction, Twilio, the update, and CPU. */
  batchRead: 12,
  transaction: 25,
  carrier: 150,
  update: 8,
  computing: 55,
  /** Milliseconds of a delivery callback in its function. */
  callback: 40,
  callbacksPerText: 2,
  segmentsPerText: 1.2,
  /** KiB, rounded up to what DynamoDB bills: a state of consent, an enrollment, a conversation, a text with its trace. */
  stateKib: 1,
  enrollmentKib: 1,
  conversationKib: 1,
  textKib: 2,
  /** KiB that are stored for one number, with its events, lead and texts. */
  numberKib: 8,
  /** Share of all numbers whose consent changes in a day. */
  consentChangesPerDay: 0.01,
  /** Share of all texts in the conversations of the largest project. */
  largestProject: 0.1,
  /** Texts received per text sent, and the share of them that a person must decide on. */
  repliesPerText: 0.05,
  doubtfulReplies: 0.02,
  /** Events on the bus per text: that it was sent, and its delivery status. */
  eventsPerText: 2,
  /** Milliseconds until a page of the due index is in the queue: one query, then sends of ten, eight at once. */
  cyclePage: 160,
  /** Duration for which a request is retried while its partition is full. Then its text comes back to the queue. */
  retryMilliseconds: 2000,
  /** Members a second that a broadcast enrols: a page of a hundred in each shard. */
  enrolledPerSecond: 2000,
  /** Share of a usual hour's texts that go to new prospects. */
  newProspects: 0.1,
} as const;

/** Milliseconds that send-gate works on a batch. */
export const batchMilliseconds =
  ASSUMED.batchRead + ASSUMED.transaction + ASSUMED.carrier + ASSUMED.update + ASSUMED.computing;
