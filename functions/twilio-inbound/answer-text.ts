import * as z from 'zod';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import { e164Schema } from '../../lib/phone/e164.ts';
import type { HttpAnswer } from '../../lib/runtime/problem.ts';
import { countBy, countOutcomes, logger } from '../../lib/telemetry/telemetry.ts';
import { type ReceiveDeps, receiveText } from './receive.ts';

const inboundSchema = z.object({
  MessageSid: z.string().min(1).max(64),
  From: e164Schema,
  To: z.string().max(64),
  Body: z.string().max(10_000).default(''),
  OptOutType: z.string().optional(),
});

/**
 * Takes a text that Twilio received for the organization, and answers with TwiML: a reply, or none.
 *
 * @param fields of the webhook, signed by Twilio.
 */
export async function answerText(
  deps: ReceiveDeps,
  fields: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const inbound = inboundSchema.safeParse(fields);
  if (!inbound.success) {
    // The sender is a short code or a name. Nobody can text back, and a retry would change nothing.
    countOutcomes({ inboundIgnored: 1 });
    return NO_REPLY;
  }
  const { MessageSid: messageSid, From: from, To: to, Body: body, OptOutType: optOutType } = inbound.data;
  const ids = { messageSid: loggableId(messageSid) };
  // The log line of a failure shows the id too.
  logger.appendKeys(ids);
  const { intent, reply } = await receiveText(deps, { messageSid, from, to, body, optOutType });
  countOutcomes(countBy('inbound', [intent]));
  logger.info('A text was received', { ...ids, intent });
  return reply === undefined ? NO_REPLY : replyWith(reply);
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
