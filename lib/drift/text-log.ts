/** A text in Twilio's message list. */
export interface LoggedText {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound';
  /** The person's number, E.164; Twilio's own word for an address without a number. */
  readonly number: string;
  /** Our number or messaging service. */
  readonly sender: string;
  readonly body: string;
  /** Status word of Twilio. */
  readonly status: string;
  readonly errorCode?: number;
  /** Time of creation, ISO 8601, in whole seconds. */
  readonly at: string;
}

export interface LogPage {
  readonly texts: readonly LoggedText[];
  readonly next: string | undefined;
}

/** Read access to Twilio's list of our sender's texts. The methods throw the errors of Twilio's client. */
export interface TextLog {
  /**
   * Lists texts to and from our sender since a moment, newest first, without Twilio's own answers.
   *
   * @param from ISO 8601. @param cursor the `next` of the page before.
   */
  page(from: string, cursor?: string): Promise<LogPage>;
  /** Checks whether Twilio still has a text. */
  has(sid: string): Promise<boolean>;
  /** Reads Twilio's time of a text, ISO 8601 in whole seconds; undefined when Twilio no longer has it. */
  timeOf(sid: string): Promise<string | undefined>;
}
