import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import { readWebhook } from '../../lib/messaging/webhook.ts';
import { e164Schema } from '../../lib/phone/e164.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { type HttpAnswer, problemAnswer } from '../../lib/runtime/problem.ts';
import { twilioAuthToken } from '../../lib/runtime/secrets.ts';
import { countBy, countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { type ReceiveDeps, receiveText } from './receive.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'publicBaseUrl',
  'twilioAuthTokenParameter',
]);
const client = createDocumentClient();
const now = () => new Date();
const deps: ReceiveDeps = {
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  conversations: createConversationStore({ client, table: env.outreachTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  configuration: createSettingsStore({ ...env, client, table: env.configurationTable, now }),
  now,
};

const inboundSchema = z.object({
  MessageSid: z.string().min(1).max(64),
  From: e164Schema,
  To: z.string().max(64),
  Body: z.string().max(10_000).default(''),
  OptOutType: z.string().optional(),
});

export async function handler(event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  const token = await twilioAuthToken(env.twilioAuthTokenParameter);
  const fields = readWebhook(event, env.publicBaseUrl, token);
  if (!fields) {
    countOutcomes({ inboundForged: 1 });
    return problemAnswer({
      status: 403,
      title: 'Forbidden',
      detail: 'The request carries no valid Twilio signature.',
    });
  }
  const inbound = inboundSchema.safeParse(fields);
  if (!inbound.success) {
    // A short code or a name as sender: nobody to text back, and nothing that a retry would change.
    countOutcomes({ inboundIgnored: 1 });
    return NO_REPLY;
  }
  const { MessageSid: messageSid, From: from, To: to, Body: body, OptOutType: optOutType } = inbound.data;
  try {
    const { intent, reply } = await receiveText(deps, { messageSid, from, to, body, optOutType });
    countOutcomes(countBy('inbound', [intent]));
    logger.info('A text was received', { messageSid: loggableId(messageSid), intent });
    return reply === undefined ? NO_REPLY : await replyWith(reply);
  } catch (error) {
    logger.error('A received text could not be taken', {
      messageSid: loggableId(messageSid),
      ...describeError(error),
    });
    countOutcomes({ inboundFailed: 1 });
    return problemAnswer({
      status: 503,
      title: 'Not taken',
      detail: 'Deliver the text again; it will count once.',
    });
  }
}

function twiml(body: string): HttpAnswer {
  return { statusCode: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

const NO_REPLY = twiml('<?xml version="1.0" encoding="UTF-8"?><Response/>');

/** The library that writes TwiML is loaded only where there is something to say. */
async function replyWith(words: string): Promise<HttpAnswer> {
  const { default: MessagingResponse } = await import('twilio/lib/twiml/MessagingResponse.js');
  const response = new MessagingResponse();
  response.message(words.replace(/[\p{Cc}\p{Cs}]/gu, ' '));
  return twiml(response.toString());
}
