import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { stopEnrollment } from '../../lib/automation/progress.ts';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentRegistry, Recorded, RegistrySnapshot } from '../../lib/consent/registry.ts';
import type { ConversationStore } from '../../lib/conversations/conversation-store.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import { readIntent } from '../../lib/messaging/inbound-intent.ts';
import { merge } from '../../lib/messaging/template.ts';
import { readTextIntent, type TextIntent } from './read-text.ts';

export interface ReceiveDeps {
  readonly registry: Pick<ConsentRegistry, 'loadSnapshot' | 'record'>;
  readonly conversations: Pick<ConversationStore, 'receive'>;
  readonly leads: Pick<LeadStore, 'leadsWithNumber' | 'markReachable'>;
  readonly enrollments: Pick<EnrollmentStore, 'ofLead' | 'change'>;
  readonly configuration: Pick<Configuration, 'settings' | 'automation' | 'keyword'>;
  readonly now: () => Date;
}

/** A text as Twilio delivers it. */
export interface InboundText {
  readonly messageSid: string;
  /** E.164. */
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly optOutType: string | undefined;
}

export interface Received {
  readonly intent: TextIntent['kind'];
  /** What to answer at once. Confirmations of consent go through the gate. */
  readonly reply: string | undefined;
}

/**
 * Takes one text. Delivered twice, each of its effects happens once; a crash in between is mended by the retry.
 * Consent comes first: nothing that follows can delay a STOP. A text from a number that is no lead counts as well.
 */
export async function receiveText(deps: ReceiveDeps, text: InboundText): Promise<Received> {
  const intent = readIntent(text.body, text.optOutType);
  const [reading, before] = await Promise.all([
    readTextIntent(deps.configuration, text.body, intent),
    intent.kind in KINDS ? deps.registry.loadSnapshot(sourceOf(text)) : undefined,
  ]);
  // Ahead of a START, whose texts leave at once; nothing goes ahead of a STOP.
  if (reading.kind !== 'stop') await deps.leads.markReachable(text.from);
  if (reading.kind === 'start') await store(deps, text, { settles: 'noOptOut' });
  const recorded = await recordReading(deps, text, reading, before);
  await Promise.all([
    reading.kind === 'stop' && deps.leads.markReachable(text.from),
    reading.kind === 'stop' && store(deps, text, { settles: 'optOut' }),
    reading.kind !== 'stop' && reading.kind !== 'start' && store(deps, text, reviewOf(reading, recorded)),
  ]);
  if (isReply(reading, recorded)) await stopForReply(deps, text.from);
  return { intent: reading.kind, reply: await helpFor(deps, reading) };
}

const KINDS = {
  stop: 'optOut',
  start: 'handsetStart',
  yes: 'handsetYes',
  keyword: 'handsetKeyword',
} as const;

const sourceOf = ({ from, messageSid }: InboundText) => ({ number: from, sourceId: `sms:${messageSid}` });

async function recordReading(
  { registry, now }: ReceiveDeps,
  text: InboundText,
  reading: TextIntent,
  before: RegistrySnapshot | undefined,
): Promise<Recorded | undefined> {
  if (reading.kind === 'conversation' || reading.kind === 'help' || reading.kind === 'doubtful') {
    return undefined;
  }
  const evidence = {
    source: 'handset' as const,
    messageSid: text.messageSid,
    to: text.to,
    wordsSent: text.body,
    word: reading.word,
    carrierActs: reading.carrierActs,
    ...('reading' in reading && { reading: reading.reading }),
  };
  const occurredAt = now().toISOString();
  const kind = KINDS[reading.kind];
  return registry.record({ ...sourceOf(text), kind, occurredAt, isLive: true, evidence }, before);
}

/** Puts a text into its conversation, with what it changes there. */
async function store(
  { conversations }: ReceiveDeps,
  { messageSid: sid, from: number, body }: InboundText,
  effect: Partial<Parameters<ConversationStore['receive']>[0]>,
): Promise<void> {
  await conversations.receive({ sid, number, body, ...effect });
}

/** Says why a person must read a text: it may be an opt-out, or it is a YES from somebody who stays opted out. */
function reviewOf(reading: TextIntent, recorded: Recorded | undefined): { review?: { rule: string } } {
  if (reading.kind === 'doubtful') return { review: { rule: reading.rule } };
  const isOut = recorded?.event.after === 'opted_out';
  return reading.kind === 'yes' && isOut ? { review: { rule: YES_AFTER_OPT_OUT } } : {};
}

/** Stands in a review where a YES from somebody who has opted out waits for a person. */
const YES_AFTER_OPT_OUT = 'yes-after-opt-out';

/** Words for a person: conversation, and a YES that was no answer to a request for consent. */
function isReply(reading: TextIntent, recorded: Recorded | undefined): boolean {
  if (reading.kind === 'conversation' || reading.kind === 'doubtful') return !reading.automatic;
  if (reading.kind !== 'yes' || !recorded) return false;
  const { effect, after } = recorded.event;
  return effect !== 'changed' || after !== 'opted_in';
}

/** Ends the enrollments whose automation stops when the lead answers. */
async function stopForReply(deps: ReceiveDeps, number: string): Promise<void> {
  const why = { reason: 'replied', sentence: 'stopped: the lead replied' };
  for (const leadId of await deps.leads.leadsWithNumber(number)) {
    for (const found of await deps.enrollments.ofLead(leadId)) {
      const automation = await deps.configuration.automation(found.automationId);
      if (!automation?.stopOnReply) continue;
      // The gate or a wake job may write it at the same time: what they left is stopped.
      await deps.enrollments.change(found, (enrollment) =>
        enrollment.status === 'due' || enrollment.status === 'waiting'
          ? stopEnrollment(enrollment, why)
          : undefined,
      );
    }
  }
}

/** HELP is answered at once, to anybody (CTIA), where the carrier does not: on short codes, and in other spellings. */
async function helpFor({ configuration }: ReceiveDeps, reading: TextIntent): Promise<string | undefined> {
  if (reading.kind !== 'help' || reading.carrierActs) return undefined;
  const { helpReply, organizationName } = await configuration.settings();
  const merged = merge(helpReply, { organizationName });
  return merged.kind === 'rendered' ? merged.body : undefined;
}
