import * as z from 'zod';
import { type Message, type MessageStatus, STATUS_RANK } from '../messaging/message.ts';
import { sha256 } from '../runtime/sha256.ts';
import { detailShape, type EventDefinition, type PublishedEvent } from './event.ts';

const DETAIL_TYPE = 'sendgate.text.outcome.v1';

type Outcome = Exclude<keyof typeof STATUS_RANK, 'claimed'>;
const outcomes = Object.keys(STATUS_RANK).filter((status): status is Outcome => status !== 'claimed');

const schema = z.strictObject({
  ...detailShape,
  messageId: z.string().meta({ description: 'For `GET /messages/{id}`, which has the body and every rule.' }),
  status: z.enum(outcomes).meta({
    description:
      'The status of the text. refused, dropped and rejected never left; retrying will be tried again.',
  }),
  rank: z.int().meta({ description: 'How far along that is: within an attempt the highest rank holds.' }),
  attempt: z.int().optional().meta({ description: 'How often it was handed to Twilio, from 1.' }),
  at: z.iso.datetime().meta({ description: 'When the text got this status.' }),
  sid: z.string().optional().meta({ description: "Twilio's message SID, once there is one." }),
  errorCode: z.int().optional().meta({ description: "Twilio's error code." }),
  reason: z.string().optional().meta({ description: 'Why it did not leave, as a code.' }),
  sentence: z
    .string()
    .optional()
    .meta({ description: "The gate's or the carrier's last word on it, as a sentence." }),
  leadId: z.string().optional().meta({ description: 'The lead that the text was for.' }),
  automationId: z.string().optional().meta({ description: 'The automation that it was a step of.' }),
  step: z.int().optional().meta({ description: 'Which step, from 0.' }),
  consentVersion: z.int().optional().meta({
    description: "The number's ledger stood at this sequence when the gate let the text go.",
  }),
});
export type PublishedTextOutcome = z.infer<typeof schema>;

/**
 * Creates the event for a change of a stored text (X8).
 *
 * @param before the text before the change; undefined when it is new.
 * @returns undefined for a change that is not published: of a received text, of anything but the status, or to `claimed`.
 */
export function textOutcome(
  before: Message | undefined,
  after: Message,
  organization: string,
): PublishedEvent | undefined {
  if (after.direction !== 'outbound' || before?.status === after.status) return undefined;
  if (!isOutcome(after.status)) return undefined;
  const { id, number, status, statusRank, attempt, updatedAt, sid, errorCode } = after;
  const { reason, sentence, leadId, automationId, step, consentVersion } = after;
  const detail: PublishedTextOutcome = {
    id: `text-${sha256([id, attempt ?? 0, status, updatedAt].join('\n')).slice(0, 32)}`,
    organization,
    number,
    messageId: id,
    status,
    rank: statusRank,
    at: updatedAt,
    ...present({ attempt, sid, errorCode, reason, sentence, leadId, automationId, step, consentVersion }),
  };
  return { detailType: DETAIL_TYPE, time: updatedAt, detail };
}

function isOutcome(status: MessageStatus): status is Outcome {
  return (outcomes as readonly string[]).includes(status);
}

/** Removes the fields without a value. */
function present<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

const example: PublishedTextOutcome = {
  id: 'text-5f0c9a1be2d14a7f8b6a3c2d1e0f9a8b',
  organization: 'acme-roofing',
  number: '+13035550142',
  messageId: 'lead-1.welcome.0',
  status: 'delivered',
  rank: STATUS_RANK.delivered,
  at: '2026-11-20T15:04:12.000Z',
  attempt: 1,
  sid: 'SM00000000000000000000000000000001',
  leadId: 'lead-1',
  automationId: 'welcome',
  step: 0,
  consentVersion: 1,
};

export const textOutcomeEvent: EventDefinition<PublishedTextOutcome> = {
  detailType: DETAIL_TYPE,
  summary:
    'A text of ours got a new status: on its way, delivered, failed, refused by Twilio or by the gate.',
  notes: [
    'Published when the status changes and not otherwise; received texts are not published.',
    'A held text is no text yet and has no outcome: its enrollment says what it waits for.',
    'The body is not published: `GET /messages/{id}` shows it.',
    'Callbacks come in any order: of two events of one text, the higher attempt, then the higher `rank`, is the newer.',
  ],
  schema,
  example: { detailType: DETAIL_TYPE, time: example.at, detail: example },
};
