import type { Enrollment } from '../../lib/automation/enrollment.ts';
import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { stopEnrollment } from '../../lib/automation/progress.ts';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentRegistry, Recorded, RegistrySnapshot } from '../../lib/consent/registry.ts';
import type { ConsentState } from '../../lib/consent/state.ts';
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
  // A START wakes texts at once, so its leads are reachable before it is recorded, and what it settles is settled. A STOP is
  // recorded before everything else.
  if (intent.kind !== 'stop') await deps.leads.markReachable(text.from);
  if (intent.kind === 'start') {
    const isHeld = snapshot?.state.status === 'opted_out' && isSoonAfterOptOut(snapshot.state, deps.now());
    await store(deps, text, isHeld ? { review: { rule: SOON_AFTER_OPT_OUT } } : { settles: 'noOptOut' });
  }
  const recorded = await recordIntent(deps, text, intent, snapshot);
  await Promise.all([
    intent.kind === 'stop' && deps.leads.markReachable(text.from),
    intent.kind === 'stop' && store(deps, text, { settles: 'optOut' }),
    intent.kind !== 'stop' && intent.kind !== 'start' && store(deps, text, reviewOf(intent, recorded)),
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
  const kind = KINDS[intent.kind];
  return registry.record({ ...sourceOf(text), kind, occurredAt, isLive: true, evidence }, snapshot);
}

/**
 * Checks whether a text that lifts an opt-out comes so soon after it that Twilio may have delivered the two in the wrong order (X3).
 * Automated texts then wait for `reconcile`, which compares them by Twilio's own times. After a keyword that Twilio acted on,
 * nothing waits: Twilio's own block is in the right order.
 */
function isSoonAfterOptOut(
  { lastOptOutAt = '', lastOptOutBy }: Pick<ConsentState, 'lastOptOutAt' | 'lastOptOutBy'>,
  now: Date,
): boolean {
  if (lastOptOutBy === 'carrierKeyword') return false;
  return now.getTime() - Date.parse(lastOptOutAt) <= ORDER_IN_DOUBT_MILLISECONDS;
}

/** Longer than Twilio repeats a webhook that failed. */
const ORDER_IN_DOUBT_MILLISECONDS = 15 * 60_000;
/** Stands in a review where a START waits for the comparison with Twilio's times, or for a person. */
const SOON_AFTER_OPT_OUT = 'start-soon-after-opt-out';

/** Puts a text into its conversation, with what it changes there. */
async function store(
  { conversations }: ReceiveDeps,
  { messageSid: sid, from: number, body }: InboundText,
  effect: Partial<Parameters<ConversationStore['receive']>[0]>,
): Promise<void> {
  await conversations.receive({ sid, number, body, ...effect });
}

/** Says why a person must read a text: it may be an opt-out, is a YES from somebody who stays opted out, or came soon after one. */
function reviewOf(intent: TextIntent, recorded: Recorded | undefined): { review?: { rule: string } } {
  if (intent.kind === 'doubtful') return { review: { rule: intent.rule } };
  if (!recorded) return {};
  const { event, state } = recorded;
  if (intent.kind === 'yes' && event.after === 'opted_out') return { review: { rule: YES_AFTER_OPT_OUT } };
  const isLift = intent.kind === 'keyword' && event.before === 'opted_out';
  const isHeld = isLift && isSoonAfterOptOut(state, new Date(event.occurredAt));
  return isHeld ? { review: { rule: SOON_AFTER_OPT_OUT } } : {};
}

/** Stands in a review where a YES from somebody who has opted out waits for a person. */
const YES_AFTER_OPT_OUT = 'yes-after-opt-out';

/** Checks whether a text is a person's reply: conversation, or a YES that answered no opt-in request. */
function isReply(intent: TextIntent, recorded: Recorded | undefined): boolean {
  if (intent.kind === 'conversation' || intent.kind === 'doubtful') return !intent.automatic;
  if (intent.kind !== 'yes' || !recorded) return false;
  const { effect, after } = recorded.event;
  return effect !== 'changed' || after !== 'opted_in';
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
