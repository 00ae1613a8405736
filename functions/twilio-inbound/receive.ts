import type { EnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { stop } from '../../lib/automation/progress.ts';
import type { ConsentRegistry, Recorded } from '../../lib/consent/registry.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import { type InboundIntent, readIntent } from '../../lib/messaging/keywords.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';
import type { Configuration } from '../../lib/organization/configuration.ts';

export interface ReceiveDeps {
  readonly registry: Pick<ConsentRegistry, 'record'>;
  readonly messages: Pick<MessageStore, 'putInbound'>;
  readonly leads: Pick<LeadStore, 'holders'>;
  readonly enrollments: Pick<EnrollmentStore, 'ofLead' | 'replace'>;
  readonly configuration: Pick<Configuration, 'settings' | 'automation'>;
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
  readonly intent: InboundIntent['kind'];
  /** What to answer, where the carrier does not answer by itself. */
  readonly reply: string | undefined;
}

/**
 * Takes one text. Delivered twice, each of its effects happens once; a crash in between is mended by the retry.
 * Consent comes first: nothing that follows can delay a STOP. A text from a number that is no lead counts as well.
 */
export async function receive(deps: ReceiveDeps, text: InboundText): Promise<Received> {
  const intent = readIntent(text.body, text.optOutType);
  const recorded = await recordIntent(deps, text, intent);
  await deps.messages.putInbound({ sid: text.messageSid, number: text.from, body: text.body });
  if (isReply(intent, recorded)) await stopForReply(deps, text.from);
  return { intent: intent.kind, reply: await replyTo(deps, intent, recorded) };
}

const KINDS = { stop: 'optOut', start: 'handsetStart', yes: 'handsetYes' } as const;

async function recordIntent(
  { registry, now }: ReceiveDeps,
  text: InboundText,
  intent: InboundIntent,
): Promise<Recorded | undefined> {
  if (intent.kind === 'conversation' || intent.kind === 'help') return undefined;
  return registry.record({
    number: text.from,
    kind: KINDS[intent.kind],
    occurredAt: now().toISOString(),
    sourceId: `sms:${text.messageSid}`,
    evidence: {
      source: 'handset',
      messageSid: text.messageSid,
      to: text.to,
      wordsSent: text.body,
      word: intent.word,
      carrierActs: intent.carrierActs,
    },
  });
}

/** Words for a person: conversation, and a YES that was no answer to a request for consent. */
function isReply(intent: InboundIntent, recorded: Recorded | undefined): boolean {
  if (intent.kind === 'conversation') return true;
  return intent.kind === 'yes' && recorded?.event.effect !== 'changed';
}

/** Ends the enrollments whose automation stops when the lead answers. */
async function stopForReply(deps: ReceiveDeps, number: string): Promise<void> {
  const why = { reason: 'replied', sentence: 'stopped: the lead replied' };
  for (const leadId of await deps.leads.holders(number)) {
    for (const found of await deps.enrollments.ofLead(leadId)) {
      const automation = await deps.configuration.automation(found.automationId);
      if (!automation?.stopOnReply) continue;
      let enrollment = found;
      // Whoever writes at the same time (the gate, a wake-up) moved it on: end what they left.
      while (enrollment.status === 'due' || enrollment.status === 'waiting') {
        if (await deps.enrollments.replace(stop(enrollment, why))) break;
        const again = await deps.enrollments.ofLead(leadId);
        enrollment = again.find(({ automationId }) => automationId === found.automationId) ?? enrollment;
      }
    }
  }
}

async function replyTo(
  { configuration }: ReceiveDeps,
  intent: InboundIntent,
  recorded: Recorded | undefined,
): Promise<string | undefined> {
  if (intent.kind === 'conversation') return undefined;
  const settings = await configuration.settings();
  if (settings.keywordReplies === 'carrier') return undefined;
  if (intent.kind === 'help') return settings.helpReply;
  // One confirmation for a change; a second STOP or START has nothing to confirm. A redelivered one is answered
  // like the first, since the first answer may never have arrived.
  if (recorded?.event.effect !== 'changed') return undefined;
  return intent.kind === 'stop' ? settings.optOutReply : settings.optInReply;
}
