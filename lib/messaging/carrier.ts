/** One text to hand over. */
export interface OutgoingText {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** Where the carrier tells how the text fares. */
  readonly statusCallback: string;
}

/** What came of handing a text over. */
export type SendResult =
  | { readonly kind: 'accepted'; readonly sid: string; readonly status: string }
  /** Refused for good: sending the same again would be refused again. */
  | { readonly kind: 'rejected'; readonly code: number | null }
  /** Nothing was created: the carrier is busy, out of order or out of reach. */
  | { readonly kind: 'notAccepted'; readonly code: number | null }
  /** The request left and no answer came: the text may exist or not. */
  | { readonly kind: 'unknown' };

/** A text as the carrier lists it. */
export interface CarrierMessage {
  readonly sid: string;
  readonly status: string;
  readonly errorCode?: number;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The carrier, as far as we use it. */
export interface Carrier {
  /** Hands a text over. Never throws for what the carrier answers, or does not. */
  send(text: OutgoingText): Promise<SendResult>;
  /**
   * Texts of ours to a number with exactly these words.
   *
   * @param query.since ISO 8601: nothing that was created before is returned.
   * @throws Error when the carrier cannot be asked.
   */
  find(query: {
    readonly to: string;
    readonly body: string;
    readonly since: string;
  }): Promise<CarrierMessage[]>;
}
