import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { NewDriftFinding } from '../../lib/drift/drift.ts';
import type { LoggedText, TextLog } from '../../lib/drift/text-log.ts';
import { applyCarrierError, type CarrierErrorDeps } from '../../lib/gate/carrier-error.ts';
import { carrierErrorOf } from '../../lib/messaging/carrier-errors.ts';
import { type Message, twilioRank } from '../../lib/messaging/message.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';

export interface OutboundDeps extends CarrierErrorDeps {
  readonly registry: Pick<ConsentRegistry, 'read' | 'record'>;
  readonly messages: Pick<MessageStore, 'applyNews'>;
  /** Rings: the carriers refuse the sender. */
  readonly onCampaignBlocked: () => void;
}

/**
 * Compares a text that Twilio sent from our sender with our messages (X11).
 *
 * @param messages our messages with the text's number.
 * @returns the differences that were found.
 */
export async function examineOutbound(
  deps: OutboundDeps,
  text: LoggedText,
  messages: readonly Message[],
): Promise<NewDriftFinding[]> {
  const ours = messages.find(({ sid }) => sid === text.sid);
  const optOut = await recordUnknownOptOut(deps, text, ours);
  if (ours) return [...optOut, ...(await applyMissedNews(deps, text, ours))];
  // A claim without an answer: `settleClaims` will find this text for it.
  if (messages.some(({ status, body }) => status === 'claimed' && body === text.body)) return optOut;
  const { status } = await deps.registry.read(text.number);
  const harm = status === 'opted_out' ? ' They had opted out.' : '';
  const sentence = `A text to ${text.number} left from our sender that sendgate did not send.${harm} Find out who else has the API key or the sender.`;
  return [...optOut, { ...about(text), difference: 'textNotOurs', settled: false, sentence }];
}

/** Records an opt-out that the registry lacks: the carrier refused the text because the person opted out (X9). */
async function recordUnknownOptOut(
  deps: OutboundDeps,
  text: LoggedText,
  ours: Message | undefined,
): Promise<NewDriftFinding[]> {
  const { errorCode } = text;
  if (errorCode === undefined || carrierErrorOf(errorCode).consequence !== 'optOut') return [];
  const state = await deps.registry.read(text.number);
  const at = ours?.claimedAt ?? text.at;
  const isLifted = state.lastLiftingAt !== undefined && state.lastLiftingAt > at;
  if (state.status === 'opted_out' || isLifted) return [];
  if (ours) await applyCarrierError(deps, ours, errorCode, 'news');
  else await recordOptOut(deps, text, errorCode);
  const sentence = `Twilio refused a text to ${text.number} with ${errorCode}: they opted out there and not here. They are opted out now.`;
  return [{ ...about(text), difference: 'optOutUnknown', settled: true, sentence }];
}

/** Records an opt-out that Twilio knows from a text that is none of ours. */
async function recordOptOut(
  { registry }: OutboundDeps,
  { number, at, sid }: LoggedText,
  errorCode: number,
): Promise<void> {
  await registry.record({
    number,
    kind: 'optOut',
    occurredAt: at,
    sourceId: `carrier:${sid}:${errorCode}`,
    evidence: { source: 'carrier', messageId: sid, errorCode },
  });
}

/** Applies Twilio's status of a text whose delivery report never reached us. */
async function applyMissedNews(
  deps: OutboundDeps,
  text: LoggedText,
  ours: Message,
): Promise<NewDriftFinding[]> {
  const rank = twilioRank(text.status)?.rank ?? 0;
  if (rank <= ours.statusRank) return [];
  const { sid, status, errorCode } = text;
  const news = { sid, status, ...(errorCode !== undefined && { errorCode }) };
  if ((await deps.messages.applyNews(ours.id, news)) !== 'applied') return [];
  // An opt-out is recorded already, as a finding of its own.
  if (errorCode !== undefined && carrierErrorOf(errorCode).consequence !== 'optOut') {
    const consequence = await applyCarrierError(deps, ours, errorCode, 'news');
    if (consequence === 'senderRefused') deps.onCampaignBlocked();
  }
  const sentence = `The news that a text to ${text.number} is ${status} never reached us. It says so now.`;
  return [{ ...about(text), difference: 'callbackMissed', settled: true, sentence }];
}

/**
 * Finds messages that we submitted to Twilio and that Twilio does not know (X11).
 *
 * @param messages our messages with one number.
 * @param listed SIDs that Twilio has already listed; the others are looked up one by one.
 */
export async function examineOurs(
  log: Pick<TextLog, 'has'>,
  messages: readonly Message[],
  listed: ReadonlySet<string>,
): Promise<NewDriftFinding[]> {
  const missing: NewDriftFinding[] = [];
  for (const { sid, number, createdAt, direction } of messages) {
    if (sid === undefined || direction === 'inbound' || listed.has(sid) || (await log.has(sid))) continue;
    const sentence = `Twilio took a text to ${number} and does not know it any more: it was deleted there, or the account is another.`;
    const difference = 'textNotAtTwilio';
    missing.push({ difference, messageSid: sid, number, occurredAt: createdAt, settled: false, sentence });
  }
  return missing;
}

function about({ sid, number, at }: LoggedText) {
  return { messageSid: sid, number, occurredAt: at };
}
