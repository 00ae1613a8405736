import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { ConversationStore } from '../../lib/conversations/conversation-store.ts';
import type { NewDriftFinding } from '../../lib/drift/drift.ts';
import type { LoggedText } from '../../lib/drift/text-log.ts';
import { type InboundIntent, readIntent } from '../../lib/messaging/inbound-intent.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';

export interface InboundDeps {
  readonly registry: Pick<ConsentRegistry, 'record'>;
  readonly conversations: Pick<ConversationStore, 'receive'>;
  readonly messages: Pick<MessageStore, 'get'>;
  readonly configuration: Pick<Configuration, 'settings'>;
}

/**
 * Compares a text that Twilio received for us with what we heard.
 *
 * Whatever is missing is put into its conversation. A missed STOP is an opt-out from the moment that Twilio has; a missed
 * START is nothing but told: an opt-in is never taken from a list.
 */
export async function examineInbound(deps: InboundDeps, text: LoggedText): Promise<NewDriftFinding[]> {
  const intent = readIntent(text.body);
  if (intent.kind === 'stop') return missedStop(deps, text, intent);
  const review = intent.kind === 'doubtful' ? { review: { rule: intent.reading.rule } } : {};
  if (!(await putIntoConversation(deps, text, review))) return [];
  if (intent.kind === 'start' || intent.kind === 'yes') {
    const sentence = `A text with the word ${intent.word} from ${text.number} never reached us; no opt-in was recorded. Ask them to text START again.`;
    return [found(text, 'startMissed', false, sentence)];
  }
  const waits = 'review' in review ? ' and waits for a decision, since it may be a revocation' : '';
  const sentence = `A text from ${text.number} never reached us. It is in its conversation now${waits}; no automation and no keyword has heard of it.`;
  return [found(text, 'textMissed', true, sentence)];
}

async function missedStop(
  deps: InboundDeps,
  text: LoggedText,
  { word, carrierActs, reading }: Extract<InboundIntent, { word: string }>,
): Promise<NewDriftFinding[]> {
  // On a standalone short code Twilio acts on no word.
  const isCarriers = carrierActs && (await deps.configuration.settings()).keywordReplies === 'carrier';
  const { outcome, event } = await deps.registry.record({
    number: text.number,
    kind: 'optOut',
    occurredAt: text.at,
    // The webhook's own: whichever comes second is a duplicate.
    sourceId: `sms:${text.sid}`,
    evidence: {
      source: 'handset',
      messageSid: text.sid,
      to: text.sender,
      wordsSent: text.body,
      word,
      carrierActs: isCarriers,
      ...(reading && { reading }),
    },
  });
  await putIntoConversation(deps, text, { settles: 'optOut' });
  if (outcome === 'duplicate') return [];
  const what =
    event.effect === 'late'
      ? 'It is in the ledger now and changes nothing: they opted in again since.'
      : 'They are opted out now.';
  return [found(text, 'stopMissed', true, `A STOP from ${text.number} never reached us. ${what}`)];
}

/** @returns false when it was there already. */
async function putIntoConversation(
  { messages, conversations }: InboundDeps,
  { sid, number, body }: LoggedText,
  effect: Partial<Parameters<ConversationStore['receive']>[0]>,
): Promise<boolean> {
  if (await messages.get(sid)) return false;
  return conversations.receive({ sid, number, body, ...effect });
}

function found(
  text: LoggedText,
  difference: NewDriftFinding['difference'],
  settled: boolean,
  sentence: string,
): NewDriftFinding {
  return { difference, messageSid: text.sid, number: text.number, occurredAt: text.at, settled, sentence };
}
