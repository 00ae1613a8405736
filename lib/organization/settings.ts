import * as z from 'zod';
import { DEFAULT_SENDING_RULES, sendingRulesShape } from './sending-rules.ts';

/** The footer that carriers expect under every text (C6). */
export const DEFAULT_FOOTER = 'Reply STOP to opt-out of future text communications.';

const line = (maximum: number) => z.string().trim().min(1).max(maximum);

/** An amount in a currency, with its ISO 4217 code. */
export const moneySchema = z.strictObject({
  amount: z.number().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'Use the ISO 4217 code, for example USD'),
});

/** The settings that an organization's admins change at run time. A saved setting holds from the next decision on (H1). */
export const settingsSchema = z.strictObject({
  /** The name that recipients know. `{{organizationName}}` in a template prints it. */
  organizationName: line(80),
  /** True: automated texts go only to numbers with a recorded opt-in (H2). Agents' texts are not affected (H12). */
  requireSmsOptIn: z.boolean(),
  /**
   * Double opt-in (C2, C4): the first text to a number, or to each lead, is `optInTemplate`. The original text waits for START.
   */
  doubleOptIn: z.enum(['off', 'perNumber', 'perLead']),
  /** For how many hours after the request for START a YES answers it. START answers it at any time. */
  optInRequestAgeHours: z.int().min(1).max(720),
  /**
   * What lifts an opt-out that came from the phone, by STOP or in a person's own words: `handset`, only a text from the phone;
   * `web`, also a ticked box, a Yes on a page, or a documented consent.
   */
  reOptIn: z.enum(['handset', 'web']),
  /** The request for START, one for the organization (C1). Merges `{{organizationName}}`. */
  optInTemplate: line(320),
  /** True: an agent's text is refused unless the number has an opt-in (T8). */
  requireOptInForOneToOne: z.boolean(),
  /** True: an opt-in is confirmed by `optInReply` (B3). */
  confirmOptIns: z.boolean(),
  /** Ends every text to a lead, once (C6). */
  footer: line(160).regex(/\bSTOP\b/, 'The footer must tell how to opt out, with the word STOP'),
  /** True once the carriers have verified the organization's A2P 10DLC campaign. Texts are held until then (C8). */
  a2pVerified: z.boolean(),
  /** The source of `a2pVerified`. sendgate writes it with each change; admins cannot send it. */
  a2pVerification: z
    .strictObject({
      source: z.enum(['admin', 'twilio']),
      by: z.string(),
      at: z.string(),
      /** The status of the organization's A2P campaigns that Twilio reported. */
      campaignStatus: z.string().optional(),
    })
    .optional(),
  /** When an admin last found the sender in order: refusals of earlier texts hold nothing any more. Never sent. */
  senderClearedAt: z.string().optional(),
  /**
   * True: opt-outs and opt-ins that came on other ways than a text are sent to Twilio's consent API, so that Twilio's STOP list
   * and the registry agree (X9). Twilio gives access to that API on request.
   */
  twilioConsentApi: z.boolean(),
  /**
   * The party that answers STOP, START and HELP: `carrier` where Twilio itself does (long codes, toll-free, messaging
   * services), `sendgate` where Twilio does not (standalone short codes).
   */
  keywordReplies: z.enum(['carrier', 'sendgate']),
  helpReply: line(320),
  optOutReply: line(320),
  optInReply: line(320),
  /** The price of one segment, for estimates (T7). Twilio's prices differ by country, sender and contract: set your own. */
  segmentPrice: moneySchema.refine(({ amount }) => amount <= 10, 'A segment costs at most 10'),
  /**
   * Most segments a second that the sender takes: 1 for a long code, 3 toll-free, 3.75 to 225 for 10DLC by trust score, 100 and
   * more for a short code. The rate limiter keeps to it and lets agents' texts and answers go first. Absent or null: no rate
   * limiter, Twilio's queue paces the texts.
   */
  senderSegmentsPerSecond: z.number().min(1).max(10_000).nullable().optional(),
  ...sendingRulesShape,
  /** The organization's IANA time zone. A recipient whose location is unknown may be in it, so its hours count too (X6). */
  timeZone: z.string().refine(isTimeZone, 'Use an IANA time zone, for example America/Denver'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The body in which an admin changes settings: any of them, and no unknown field. */
export const settingsChangeSchema = settingsSchema
  .omit({ a2pVerification: true, senderClearedAt: true })
  .partial();

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

/** Returns the settings of an organization whose admins have changed none. */
export function defaultSettings(organizationName: string): Settings {
  return {
    organizationName,
    requireSmsOptIn: true,
    doubleOptIn: 'off',
    optInRequestAgeHours: 72,
    reOptIn: 'handset',
    optInTemplate:
      '{{organizationName}} would like to text you about your request. Reply START to get recurring texts. Msg & data rates may apply. Reply HELP for help.',
    requireOptInForOneToOne: false,
    confirmOptIns: true,
    footer: DEFAULT_FOOTER,
    a2pVerified: false,
    twilioConsentApi: false,
    keywordReplies: 'carrier',
    helpReply:
      '{{organizationName}}: texts about your request. Msg & data rates may apply. Reply STOP to opt out.',
    optOutReply:
      '{{organizationName}}: you are opted out and will get no more texts. Reply START to opt in again.',
    optInReply:
      '{{organizationName}}: you are opted in to recurring texts. Msg & data rates may apply. Reply HELP for help.',
    segmentPrice: { amount: 0.0083, currency: 'USD' },
    ...DEFAULT_SENDING_RULES,
    timeZone: 'America/Chicago',
  };
}
