import type { Enrollment } from '../../lib/automation/enrollment.ts';
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
  /** The reply to send at once. Confirmations of consent go through the gate. */
  readonly reply: string | undefined;
}

/**
 * Takes one received text. Records consent first, so that nothing delays a STOP (S4, B6). A number without a lead counts too.
 * Each effect happens once, even if Twilio delivers the text twice, and the retry completes the effects after a crash.
 */
export async function receiveText(deps: ReceiveDeps, text: InboundText): Promise<Received> {
  const inboundIntent = readIntent(text.body, text.optOutType);
  const [intent, snapshot] = await Promise.all([
    readTextIntent(deps.configuration, text, inboundIntent),
    inboundIntent.kind in KINDS ? deps.registry.loadSnapshot(sourceOf(text)) : undefined,
  ]);
  // A START wakes texts at once, so its leads are reachable before it is recorded. A STOP is recorded before everything else.
  if (intent.kind !== 'stop') await deps.leads.markReachable(text.from);
  const recorded = await recordIntent(deps, text, intent, snapshot);
  await Promise.all([
    intent.kind === 'stop' && deps.leads.markReachable(text.from),
    deps.conversations.receive({
      sid: text.messageSid,
      number: text.from,
      body: text.body,
      isOptOut: intent.kind === 'stop',
      ...(intent.kind === 'doubtful' && { review: { rule: intent.rule } }),
    }),
  ]);
  if (isReply(intent, recorded)) await stopForReply(deps, text.from);
  return { intent: intent.kind, reply: await helpReplyFor(deps, intent) };
}

const KINDS = {
  stop: 'optOut',
  start: 'handsetStart',
  yes: 'handsetYes',
  keyword: 'handsetKeyword',
} as const;

const sourceOf = ({ from, messageSid }: InboundText) => ({ number: from, sourceId: `sms:${messageSid}` });

/** Records a text's consent event. @returns undefined for a text that says nothing about consent. */
async function recordIntent(
  { registry, now }: ReceiveDeps,
  text: InboundText,
  intent: TextIntent,
  snapshot: RegistrySnapshot | undefined,
): Promise<Recorded | undefined> {
  if (intent.kind === 'conversation' || intent.kind === 'help' || intent.kind === 'doubtful') {
    return undefined;
  }
  const evidence = {
    source: 'handset' as const,
    messageSid: text.messageSid,
    to: text.to,
    wordsSent: text.body,
    word: intent.word,
    carrierActs: intent.carrierActs,
    ...('reading' in intent && { reading: intent.reading }),
  };
  const occurredAt = now().toISOString();
  return registry.record({ ...sourceOf(text), kind: KINDS[intent.kind], occurredAt, evidence }, snapshot);
}

/** Checks whether a text is a person's reply: conversation, or a YES that answered no opt-in request. */
function isReply(intent: TextIntent, recorded: Recorded | undefined): boolean {
  if (intent.kind === 'conversation' || intent.kind === 'doubtful') return !intent.automatic;
  return intent.kind === 'yes' && recorded?.event.effect !== 'changed';
}

/**
 * Whether words of the lead can end an enrollment. A first text that waits for START was never sent, and the request for START
 * asks for one word: what else the person says is no answer to it, and START still releases the text (C3).
 */
function endsByReply({ status, step, reason }: Enrollment): boolean {
  if (status === 'waiting') return step > 0 || reason !== 'waitingForStart';
  return status === 'due';
}

/** Ends the enrollments whose automation stops when the lead answers. */
async function stopForReply(deps: ReceiveDeps, number: string): Promise<void> {
  const why = { reason: 'replied', sentence: 'stopped: the lead replied' };
  for (const leadId of await deps.leads.leadsWithNumber(number)) {
    for (const enrollment of await deps.enrollments.ofLead(leadId)) {
      const automation = await deps.configuration.automation(enrollment.automationId);
      if (!automation?.stopOnReply) continue;
      // The gate or a wake job may write the enrollment at the same time. `change` then stops the newer one.
      await deps.enrollments.change(enrollment, (current) =>
        endsByReply(current) ? stopEnrollment(current, why) : undefined,
      );
    }
  }
}

/** Returns the reply to HELP, for every number (CTIA), if the carrier sends none: on short codes, and for other spellings. */
async function helpReplyFor({ configuration }: ReceiveDeps, intent: TextIntent): Promise<string | undefined> {
  if (intent.kind !== 'help' || intent.carrierActs) return undefined;
  const { helpReply, organizationName } = await configuration.settings();
  const merged = merge(helpReply, { organizationName });
  return merged.kind === 'rendered' ? merged.body : undefined;
}
