import * as z from 'zod';
import { DEFAULT_SENDING_RULES, sendingRulesShape } from './sending-rules.ts';

/** The footer that carriers expect under every text (C6). */
export const DEFAULT_FOOTER = 'Reply STOP to opt-out of future text communications.';

const line = (most: number) => z.string().trim().min(1).max(most);

/** An amount in a currency, which is named by its ISO 4217 code. */
export const moneySchema = z.strictObject({
  amount: z.number().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'Use the ISO 4217 code, for example USD'),
});

/** The rules that an organization's admins change at run time. */
export const settingsSchema = z.strictObject({
  /** The name recipients know the organization by; what `{{organizationName}}` prints. */
  organizationName: line(80),
  /** On: automated texts go only to numbers with a recorded opt-in (H2). */
  requireSmsOptIn: z.boolean(),
  /**
   * Double opt-in (C2): the first text to a number, or to each lead record, is `optInTemplate`; the original waits for START.
   */
  doubleOptIn: z.enum(['off', 'perNumber', 'perLead']),
  /** For how many hours after the request for START a YES answers it. START answers it at any time. */
  optInRequestAgeHours: z.int().min(1).max(720),
  /**
   * What lifts an opt-out that came from the phone, by STOP or in a person's own words: `handset`, only a text from the phone;
   * `web`, also a ticked box, a Yes on a page, or a documented consent.
   */
  reOptIn: z.enum(['handset', 'web']),
  /** The request for START, account-wide (C1). Merges `{{organizationName}}`. */
  optInTemplate: line(320),
  /** On: an agent's text is blocked unless the number has an opt-in (T8). */
  requireOptInForOneToOne: z.boolean(),
  /** Whether an opt-in is confirmed by `optInReply` (B3). */
  confirmOptIns: z.boolean(),
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
  /** What one segment costs, for estimates (T7). Twilio's prices differ by country, sender and contract: set your own. */
  segmentPrice: moneySchema.refine(({ amount }) => amount <= 10, 'A segment costs at most 10'),
  /**
   * How many segments a second the sender takes: 1 for a long code, 3 toll-free, 3.75 to 225 for 10DLC by trust score, 100 and
   * more for a short code. Texts leave no faster, agents' and answers first. Absent or null: Twilio's own queue does it.
   */
  senderSegmentsPerSecond: z.number().min(1).max(10_000).nullable().optional(),
  ...sendingRulesShape,
  /** The organization's own IANA time zone: recipients of whom nothing tells where they are may be there too. */
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
