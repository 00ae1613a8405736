import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { ConversationStore } from '../../lib/conversations/conversation-store.ts';
import type { NewDriftFinding } from '../../lib/drift/drift.ts';
import type { LoggedText } from '../../lib/drift/text-log.ts';
import { isActedOnByCarrier } from '../../lib/messaging/address.ts';
import { type InboundIntent, readIntent } from '../../lib/messaging/inbound-intent.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';
import { keywordIn } from '../../lib/messaging/opt-in-keyword.ts';
import { compareOrder, type OrderDeps } from './compare-order.ts';

export interface InboundDeps extends OrderDeps {
  readonly registry: OrderDeps['registry'] & Pick<ConsentRegistry, 'record'>;
  readonly conversations: Pick<ConversationStore, 'receive' | 'handle'>;
  readonly messages: Pick<MessageStore, 'get'>;
  readonly configuration: Pick<Configuration, 'settings'>;
}

/**
 * Compares a text that Twilio received for us with our messages (X11).
 *
 * A missing text is added to its conversation. A missed STOP is recorded as an opt-out at Twilio's time of the text (X9). A
 * missed START is only reported: an opt-in is never taken from a list.
 *
 * @returns the differences that were found: none or one.
 */
export async function examineInbound(deps: InboundDeps, text: LoggedText): Promise<NewDriftFinding[]> {
  const intent = readIntent(text.body);
  if (intent.kind === 'stop') return recordMissedStop(deps, text, intent);
  const review = intent.kind === 'doubtful' ? { review: { rule: intent.reading.rule } } : {};
  if (!(await addToConversation(deps, text, review))) return compareKnown(deps, text, intent);
  if (intent.kind === 'start' || intent.kind === 'yes') {
    const sentence = `A text with the word ${intent.word} from ${text.number} never reached us; no opt-in was recorded. Ask them to text START again.`;
    return [newFinding(text, 'startMissed', false, sentence)];
  }
  const waits = 'review' in review ? ' and waits for a decision, since it may be a revocation' : '';
  const sentence = `A text from ${text.number} never reached us. It is in its conversation now${waits}; no automation and no keyword has heard of it.`;
  return [newFinding(text, 'textMissed', true, sentence)];
}

/** Compares a text that we know with the opt-out that it lifted, if it lifted one: START, or perhaps an opt-in keyword. */
async function compareKnown(
  deps: InboundDeps,
  text: LoggedText,
  intent: InboundIntent,
): Promise<NewDriftFinding[]> {
  const mayLift = intent.kind === 'start' || intent.kind === 'yes' || keywordIn(text.body) !== '';
  if (!mayLift || !(await compareOrder(deps, text))) return [];
  const sentence = `A text from ${text.number} reached us after an opt-out that the person sent later. They are opted out again.`;
  return [newFinding(text, 'startOutOfOrder', true, sentence)];
}

async function recordMissedStop(
  deps: InboundDeps,
  text: LoggedText,
  { word, carrierActs, reading }: Extract<InboundIntent, { word: string }>,
): Promise<NewDriftFinding[]> {
  // For a standalone short code and over WhatsApp, Twilio itself acts on no keyword.
  const isCarriers =
    carrierActs &&
    isActedOnByCarrier(text.sender) &&
    (await deps.configuration.settings()).keywordReplies === 'carrier';
  const { outcome, event } = await deps.registry.record({
    number: text.number,
    kind: 'optOut',
    occurredAt: text.at,
    // The webhook uses the same id, so that the later of the two is a duplicate.
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
  await addToConversation(deps, text, { settles: 'optOut' });
  if (outcome === 'duplicate') return [];
  const result =
    event.effect === 'late'
      ? 'It is in the ledger now and changes nothing: they opted in again since.'
      : 'They are opted out now.';
  return [newFinding(text, 'stopMissed', true, `A STOP from ${text.number} never reached us. ${result}`)];
}

/** @returns false when the conversation has the text already. */
async function addToConversation(
  { messages, conversations }: InboundDeps,
  { sid, number, body }: LoggedText,
  effect: Partial<Parameters<ConversationStore['receive']>[0]>,
): Promise<boolean> {
  if (await messages.get(sid)) return false;
  return conversations.receive({ sid, number, body, ...effect });
}

function newFinding(
  text: LoggedText,
  difference: NewDriftFinding['difference'],
  settled: boolean,
  sentence: string,
): NewDriftFinding {
  return { difference, messageSid: text.sid, number: text.number, occurredAt: text.at, settled, sentence };
}
