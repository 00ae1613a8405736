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
  /** Twilio acts on its own words over this channel. */
  readonly carrierActs: boolean;
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
    readTextIntent(deps.configuration, text, intent),
    intent.kind in KINDS ? deps.registry.loadSnapshot(sourceOf(text)) : undefined,
  ]);
  // Ahead of a START, whose texts leave at once; nothing goes ahead of a STOP.
  if (reading.kind !== 'stop') await deps.leads.markReachable(text.from);
  const recorded = await recordReading(deps, text, reading, before);
  await Promise.all([
    reading.kind === 'stop' && deps.leads.markReachable(text.from),
    deps.conversations.receive({
      sid: text.messageSid,
      number: text.from,
      body: text.body,
      isOptOut: reading.kind === 'stop',
      ...(reading.kind === 'doubtful' && { review: { rule: reading.rule } }),
    }),
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
  return registry.record({ ...sourceOf(text), kind: KINDS[reading.kind], occurredAt, evidence }, before);
}

/** Words for a person: conversation, and a YES that was no answer to a request for consent. */
function isReply(reading: TextIntent, recorded: Recorded | undefined): boolean {
  if (reading.kind === 'conversation' || reading.kind === 'doubtful') return !reading.automatic;
  return reading.kind === 'yes' && recorded?.event.effect !== 'changed';
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
