import * as z from 'zod';

/** The footer that carriers expect under every text (C6). */
export const DEFAULT_FOOTER = 'Reply STOP to opt-out of future text communications.';

const line = (most: number) => z.string().trim().min(1).max(most);

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write the time as HH:MM, for example 09:00');

/** The rules that an organization's admins change at run time. */
export const settingsSchema = z.strictObject({
  /** The name recipients know the organization by; what `{{organizationName}}` prints. */
  organizationName: line(80),
  /** On: automated texts go only to numbers with a recorded opt-in (H2). */
  requireSmsOptIn: z.boolean(),
  /** Ends every text to a lead, once (C6). */
  footer: line(160).regex(/\bSTOP\b/, 'The footer must tell how to opt out, with the word STOP'),
  /** Whether the carriers have verified the organization's A2P 10DLC campaign; texts are held until then (C8). */
  a2pVerified: z.boolean(),
  /** Where the last word on `a2pVerified` came from; written along with it, never sent. */
  a2pVerification: z
    .strictObject({
      source: z.enum(['admin', 'twilio']),
      by: z.string(),
      at: z.string(),
      /** What Twilio said of the organization's campaigns. */
      campaignStatus: z.string().optional(),
    })
    .optional(),
  /**
   * On: opt-outs and opt-ins that reach us on other ways than a text are told to Twilio's consent API, so that its STOP
   * list and the registry say the same (X9). Twilio gives access to that API on request.
   */
  twilioConsentApi: z.boolean(),
  /**
   * Who answers STOP, START and HELP: `carrier` where Twilio does by itself (long codes, toll-free, messaging
   * services), `sendgate` where it does nothing (standalone short codes).
   */
  keywordReplies: z.enum(['carrier', 'sendgate']),
  helpReply: line(320),
  optOutReply: line(320),
  optInReply: line(320),
  /** When automated texts may leave, in `timeZone`; `00:00` to `24:00` is round the clock. */
  sendingHours: z
    .strictObject({ from: clock, to: clock })
    .refine((hours) => hours.from < hours.to, 'sendingHours.to must be later than sendingHours.from'),
  /** IANA time zone of the sending hours. */
  timeZone: z.string().refine(isTimeZone, 'Use an IANA time zone, for example America/Denver'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What an admin may send to change settings: any of them, nothing else. */
export const settingsChangeSchema = settingsSchema.omit({ a2pVerification: true }).partial();

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

/** The settings of an organization whose admins have changed none. */
export function defaultSettings(organizationName: string): Settings {
  return {
    organizationName,
    requireSmsOptIn: true,
    footer: DEFAULT_FOOTER,
    a2pVerified: false,
    twilioConsentApi: false,
    keywordReplies: 'carrier',
    helpReply: `${organizationName}: texts about your request. Msg & data rates may apply. Reply STOP to opt out.`,
    optOutReply: `${organizationName}: you are opted out and will get no more texts. Reply START to opt in again.`,
    optInReply: `${organizationName}: you are opted in to recurring texts. Msg & data rates may apply. Reply HELP for help, STOP to opt out.`,
    sendingHours: { from: '12:00', to: '19:00' },
    timeZone: 'America/Chicago',
  };
}
