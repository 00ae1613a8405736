/** A text as Twilio lists it. */
export interface LoggedText {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound';
  /** The person's, E.164. */
  readonly number: string;
  /** Ours. */
  readonly sender: string;
  readonly body: string;
  /** A status word of Twilio's. */
  readonly status: string;
  readonly errorCode?: number;
  /** When it was created, ISO 8601, whole seconds. */
  readonly at: string;
}

export interface LogPage {
  readonly texts: readonly LoggedText[];
  readonly next: string | undefined;
}

/** The texts of our sender as Twilio keeps them, to read only. Methods throw what Twilio's client throws. */
export interface TextLog {
  /**
   * Texts to and from our sender since a moment, newest first; none that Twilio wrote by itself.
   *
   * @param from ISO 8601. @param cursor the `next` of the page before.
   */
  page(from: string, cursor?: string): Promise<LogPage>;
  /** Whether Twilio knows a text. */
  has(sid: string): Promise<boolean>;
}
