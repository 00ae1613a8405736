import * as z from 'zod';
import {
  type ConsentEvent,
  consentStatuses,
  type Evidence,
  eventKinds,
  evidenceSources,
} from '../consent/consent-event.ts';
import { detailShape, type EventDefinition, type PublishedEvent } from './event.ts';

const DETAIL_TYPE = 'sendgate.consent.changed.v1';

/** The fields of the evidence that are published. Words, pages, addresses and proofs stay in the ledger. */
const ORIGIN = [
  'formId',
  'submissionId',
  'checkbox',
  'messageSid',
  'word',
  'messageId',
  'errorCode',
  'object',
  'recordId',
  'field',
  'actor',
  'method',
] as const;

const schema = z.strictObject({
  ...detailShape,
  sequence: z.int().positive().meta({
    description: "Place of the event in the number's ledger. Of two events, the higher one is the newer.",
  }),
  kind: z.enum(eventKinds).meta({ description: 'What happened.' }),
  before: z.enum(consentStatuses).meta({ description: "The number's consent status before the event." }),
  after: z.enum(consentStatuses).meta({
    description: 'The status after it; the same as before when a keyword, opt-in request or block changed.',
  }),
  occurredAt: z.iso.datetime().meta({ description: 'When it happened.' }),
  recordedAt: z.iso.datetime().meta({ description: 'When the registry took it.' }),
  source: z.enum(evidenceSources).meta({ description: 'Where it came from.' }),
  origin: z
    .partialRecord(z.enum(ORIGIN), z.union([z.string(), z.number()]))
    .meta({ description: 'What names the origin: form and submission, message SID, CRM record, actor.' }),
  hash: z.string().meta({ description: "SHA-256 of the ledger's event, to compare with the certificate." }),
});
export type ConsentChanged = z.infer<typeof schema>;

/** Creates the event for an entry of the ledger (X8); undefined when the entry changed nothing (X3, repeated opt-ins). */
export function consentChanged(event: ConsentEvent, organization: string): PublishedEvent | undefined {
  if (event.effect !== 'changed') return undefined;
  const { number, sequence, kind, before, after, occurredAt, recordedAt, evidence, hash } = event;
  const { source } = evidence;
  const detail: ConsentChanged = {
    // The hash covers number and sequence, so it is unique among the events of all numbers.
    id: `consent-${hash}`,
    organization,
    number,
    sequence,
    kind,
    before,
    after,
    occurredAt,
    recordedAt,
    source,
    origin: originOf(evidence),
    hash,
  };
  return { detailType: DETAIL_TYPE, time: recordedAt, detail };
}

function originOf(evidence: Evidence): ConsentChanged['origin'] {
  const values: Readonly<Record<string, unknown>> = evidence;
  const fields = ORIGIN.map((name) => [name, values[name]] as const);
  return Object.fromEntries(
    fields.filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  );
}

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const example: ConsentChanged = {
  id: `consent-${HASH}`,
  organization: 'acme-roofing',
  number: '+13035550142',
  sequence: 1,
  kind: 'explicitWeb',
  before: 'none',
  after: 'opted_in',
  occurredAt: '2026-11-20T15:04:06.000Z',
  recordedAt: '2026-11-20T15:04:06.412Z',
  source: 'form',
  origin: { formId: 'quote', submissionId: 'sub_1', checkbox: 1 },
  hash: HASH,
};

export const consentChangedEvent: EventDefinition<ConsentChanged> = {
  detailType: DETAIL_TYPE,
  summary: "A number's consent changed: its status, a keyword, its opt-in request or a carrier's block.",
  notes: [
    'Published for every entry of the ledger that changed something; late news and repeated opt-ins stay in the ledger only.',
    'The evidence itself (words, page, IP, proof) is not published: `GET /numbers/{number}/consent/events` shows it.',
    '`sequence` orders the events of one number; it has gaps where entries changed nothing.',
  ],
  schema,
  example: { detailType: DETAIL_TYPE, time: example.recordedAt, detail: example },
};
