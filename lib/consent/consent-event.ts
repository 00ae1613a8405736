import * as z from 'zod';

/**
 * Names what happened, as the rows of the transition table do (docs/design.md, "The transition table"). One kind is one row;
 * where a row has several origins, the evidence says which.
 */
export const eventKinds = [
  'handsetStart',
  'handsetYes',
  'handsetKeyword',
  'explicitWeb',
  'impliedForm',
  'crmAttested',
  'manualOptIn',
  'optOut',
  'numberReleased',
  'optInRequestSent',
  'optInRequestFailed',
  'carrierBlocked',
  'carrierUnblocked',
] as const;
export type EventKind = (typeof eventKinds)[number];
export const eventKindSchema = z.enum(eventKinds);

const text = z.string();

/** The source of an event and the proof of it. Kept verbatim for as long as the ledger. */
export const evidenceSchema = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('form'),
    formId: text,
    submissionId: text,
    /** Number of the opt-in checkbox, from 1; absent when the form has none and consent is implied. */
    checkbox: z.int().positive().optional(),
    /** The words that the person saw: next to the checkbox, or the form's disclaimer. */
    wordsShown: text,
    /** The first 16 hex digits of the words' SHA-256. */
    wordsVersion: text,
    /** The answer to the opt-in question (B1), and the version of its fixed disclaimer. */
    answer: z.enum(['yes', 'no']).optional(),
    disclaimerVersion: text.optional(),
    /** The third party that collected the consent and attests it. */
    attestedBy: text.optional(),
    /** The id under which that third party keeps the proof. */
    consentId: text.optional(),
    pageUrl: text.optional(),
    ip: text.optional(),
    userAgent: text.optional(),
    /** `web` where the organization lets consent given on this way lift an opt-out that came from the phone. */
    reOptIn: z.literal('web').optional(),
  }),
  z.object({
    source: z.literal('handset'),
    messageSid: text,
    to: text,
    wordsSent: text,
    /** The keyword that was recognized, upper case; STOP for a revocation in the person's own words. */
    word: text,
    /** True: the carrier itself blocks or unblocks the number on this word. */
    carrierActs: z.boolean(),
    /** The rule of docs/revocation.md that recognized a revocation in the person's own words (X7). */
    reading: z.object({ class: z.enum(['clear', 'doubtful']), rule: text, language: text }).optional(),
  }),
  z.object({
    source: z.literal('carrier'),
    messageId: text,
    /** The lead that the text was for. */
    leadId: text.optional(),
    errorCode: z.int(),
  }),
  z.object({
    source: z.literal('crm'),
    object: text,
    recordId: text,
    field: text,
    /** The field's value when it was read. */
    value: z.boolean().optional(),
    /** The last change of the record, by the CRM's clock. */
    lastModifiedAt: text.optional(),
  }),
  z.object({
    source: z.literal('manual'),
    /** The admin or agent who entered it. */
    actor: text,
    /** The way it was given: by phone, on paper, in person. */
    method: text,
    /** The place of the proof. An opt-in needs one (S6), an opt-out does not. */
    proof: text.optional(),
    /** The words that the person agreed to. */
    wordsShown: text.optional(),
    /** `web` where the organization lets consent given on this way lift an opt-out that came from the phone. */
    reOptIn: z.literal('web').optional(),
  }),
  z.object({
    source: z.literal('import'),
    importId: text,
    /** Line of the import, counted from 1 without a header. */
    row: z.int().positive(),
    actor: text,
    method: text,
    proof: text,
    wordsShown: text,
    /** `web` where the organization lets consent given on this way lift an opt-out that came from the phone. */
    reOptIn: z.literal('web').optional(),
  }),
  z.object({
    source: z.literal('gate'),
    messageId: text,
    /** The lead whose text made the request necessary. In per-lead double opt-in, the request is this lead's (C4). */
    leadId: text.optional(),
    /** The opt-in template as it was sent. */
    wordsSent: text,
    /** Until when a YES answers the request, by the setting of the moment. */
    openUntil: text.optional(),
  }),
  z.object({
    source: z.literal('carrierList'),
    /** The messaging service or number whose STOP list at Twilio was changed. */
    sender: text,
    told: z.enum(['opt-in', 'opt-out']),
    /** Sequence of the event that Twilio's list was changed for. */
    because: z.int().positive(),
    correlationId: text,
  }),
]);
export type Evidence = z.infer<typeof evidenceSchema>;

/** Every source of consent events. */
export const evidenceSources = evidenceSchema.options.map((option) => option.shape.source.value);
export const evidenceSourceSchema = z.enum(evidenceSources);

/** One thing that happened to one number, as a caller hands it to the registry to be recorded. */
export interface NewConsentEvent {
  /** E.164. */
  readonly number: string;
  readonly kind: EventKind;
  /** Moment of the event, ISO 8601 UTC. The registry takes a time in the future as now. */
  readonly occurredAt: string;
  /** It happens as it is recorded: it is dated by its recording, and so never earlier than what stands in the ledger. */
  readonly isLive?: boolean;
  /** Identifies the source event (message SID, submission and checkbox, CRM record and field and value). */
  readonly sourceId: string;
  readonly evidence: Evidence;
}

export const consentStatuses = ['none', 'opted_in', 'opted_out'] as const;
export type ConsentStatus = (typeof consentStatuses)[number];
export const consentStatusSchema = z.enum(consentStatuses);

/** The event's effect on the state: it changed the state, left it as it was, or was late news (X3). */
export const effects = ['changed', 'unchanged', 'late'] as const;
export type Effect = (typeof effects)[number];
export const effectSchema = z.enum(effects);

/** One entry of the ledger. The hash covers every other field. */
export const consentEventSchema = z.object({
  number: text,
  /** 1 for the first event of a number, without gaps. */
  sequence: z.int().positive(),
  kind: eventKindSchema,
  occurredAt: text,
  recordedAt: text,
  sourceId: text,
  evidence: evidenceSchema,
  before: consentStatusSchema,
  after: consentStatusSchema,
  effect: effectSchema,
  /** Version of the transition rules that decided `after` and `effect`. */
  rules: z.int().positive(),
  previousHash: text,
  hash: text,
});
export type ConsentEvent = z.infer<typeof consentEventSchema>;

/** Tells whether evidence documents an opt-in that was given elsewhere: actor, method, proof and wording are all there (S6). */
export function isDocumented(evidence: Evidence): boolean {
  if (evidence.source !== 'manual' && evidence.source !== 'import') return false;
  const { actor, method, proof, wordsShown } = evidence;
  return [actor, method, proof, wordsShown].every((part) => part !== undefined && part.trim() !== '');
}
