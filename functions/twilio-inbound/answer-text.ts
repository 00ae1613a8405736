import type { UnreadableTextStore } from '../../lib/conversations/unreadable-texts.ts';
import { isActedOnByCarrier, numberOfAddress } from '../../lib/messaging/address.ts';
import { readIntent } from '../../lib/messaging/inbound-intent.ts';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import type { HttpAnswer } from '../../lib/runtime/problem.ts';
import { countBy, countOutcomes, logger } from '../../lib/telemetry/telemetry.ts';
import { type InboundFields, readFields } from './read-fields.ts';
import { type ReceiveDeps, receiveText } from './receive.ts';

export interface AnswerDeps extends ReceiveDeps {
  readonly unreadable: Pick<UnreadableTextStore, 'put'>;
}

/**
 * Takes a text that Twilio received for the organization, and answers with TwiML: a reply, or none.
 *
 * @param fields of the webhook, signed by Twilio.
 */
export async function answerText(
  deps: AnswerDeps,
  fields: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const inbound = readFields(fields);
  if (!inbound) {
    countOutcomes({ inboundIgnored: 1 });
    return NO_REPLY;
  }
  const { address, ...text } = inbound;
  const carrierActs = isActedOnByCarrier(address);
  const ids = { messageSid: loggableId(text.messageSid) };
  // For the line of a failure.
  logger.appendKeys(ids);
  const from = numberOfAddress(address);
  if (from === undefined) {
    await keepUnreadable(deps, inbound);
    return NO_REPLY;
  }
  const { intent, reply } = await receiveText(deps, { ...text, from, carrierActs });
  countOutcomes(countBy('inbound', [intent]));
  logger.info('A text was received', { ...ids, intent });
  return reply === undefined ? NO_REPLY : replyWith(reply);
}

/**
 * Keeps a text without a readable sender for a person when it may be an opt-out, and rings. Any other, such as one from a short
 * code or a name, has nobody to text back.
 */
async function keepUnreadable(deps: AnswerDeps, inbound: InboundFields): Promise<void> {
  const { messageSid, address, to, body, optOutType } = inbound;
  const { kind } = readIntent(body, optOutType);
  if (kind !== 'stop' && kind !== 'doubtful') {
    countOutcomes({ inboundIgnored: 1 });
    return;
  }
  await deps.unreadable.put({ messageSid, from: address, to, body, intent: kind });
  countOutcomes({ inboundUnreadable: 1 });
  logger.error('An opt-out came from a sender that cannot be read', { messageSid: loggableId(messageSid) });
}

function twiml(body: string): HttpAnswer {
  return { statusCode: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

const NO_REPLY = twiml('<?xml version="1.0" encoding="UTF-8"?><Response/>');

/** Writes a reply as TwiML. Loads the library only now, since most texts get no reply. */
async function replyWith(words: string): Promise<HttpAnswer> {
  const { default: MessagingResponse } = await import('twilio/lib/twiml/MessagingResponse.js');
  const response = new MessagingResponse();
  response.message(words.replace(/[\p{Cc}\p{Cs}]/gu, ' '));
  return twiml(response.toString());
}
