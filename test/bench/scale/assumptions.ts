/**
 * What neither the stack nor a provider says. Times are what DynamoDB, SQS and Twilio usually answer in within a region; put
 * your own measurements here, everything follows.
 */
export const ASSUMED = {
  /** Milliseconds of a batch in send-gate: the common read, the send transaction, Twilio, the update, and computing. */
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
  /** KiB of what is kept of one number, with its events, lead and texts. */
  numberKib: 8,
  /** Part of all numbers whose consent changes in a day. */
  consentChangesPerDay: 0.01,
  /** Part of all texts that go to conversations which agents filed into the largest project. */
  largestProject: 0.1,
  /** Texts received per text sent, and the part of them that a person must decide on. */
  repliesPerText: 0.05,
  doubtfulReplies: 0.02,
  /** Events on the bus per text: it left, and what became of it. */
  eventsPerText: 2,
  /** Milliseconds until a page of the due index stands in the queue: one query, then sends of ten, eight at once. */
  cyclePage: 160,
  /** How long a request tries again while its partition is full; then its text comes back to the queue. */
  retryMilliseconds: 2000,
  /** Members a second that a broadcast enrols: a page of a hundred in each shard. */
  enrolledPerSecond: 2000,
  /** Part of the texts of a usual hour that new prospects get. */
  newProspects: 0.1,
} as const;

/** How long send-gate has a batch, in milliseconds. */
export const batchMilliseconds =
  ASSUMED.batchRead + ASSUMED.transaction + ASSUMED.carrier + ASSUMED.update + ASSUMED.computing;
