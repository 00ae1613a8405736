/** A text to hand to the carrier. */
export interface OutgoingText {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** URL to which the carrier posts the text's delivery status. */
  readonly statusCallback: string;
}

/** The carrier's answer to a text. */
export type SendResult =
  | { readonly kind: 'accepted'; readonly sid: string; readonly status: string }
  /** The carrier refused the text for good: it would refuse the same text again. */
  | { readonly kind: 'rejected'; readonly code: number | null }
  /** The carrier created nothing, and a later try may succeed: it is busy or unreachable. */
  | { readonly kind: 'notAccepted'; readonly code: number | null }
  /** The carrier created nothing, and neither recipient nor words are at fault: the sender or the account is (X16). */
  | { readonly kind: 'senderRefused'; readonly code: number }
  /** The request left and no answer came: the carrier may or may not have the text. */
  | { readonly kind: 'unknown' };

/** A text as the carrier lists it. */
export interface CarrierMessage {
  readonly sid: string;
  readonly status: string;
  readonly errorCode?: number;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The operations that sendgate needs of a carrier. */
export interface Carrier {
  /** Hands a text to the carrier. A refusal or a missing answer is a result, never an exception. */
  send(text: OutgoingText): Promise<SendResult>;
  /**
   * Finds the texts that were sent to a number with exactly these words.
   *
   * @param query.since ISO 8601: texts that were created before are left out.
   * @throws Error when the carrier gives no answer.
   */
  find(query: {
    readonly to: string;
    readonly body: string;
    readonly since: string;
  }): Promise<CarrierMessage[]>;
}
