import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import { twilioRank } from '../../lib/messaging/message.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { readWebhook } from '../../lib/messaging/webhook.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { type HttpAnswer, jsonAnswer, problemAnswer } from '../../lib/runtime/problem.ts';
import { twilioAuthToken } from '../../lib/runtime/secrets.ts';
import { countBy, countOutcomes, logger } from '../../lib/telemetry/telemetry.ts';
import { applyNews } from './apply-news.ts';

const env = readEnv(['consentTable', 'outreachTable', 'publicBaseUrl', 'twilioAuthTokenParameter']);
const client = createDocumentClient();
const now = () => new Date();
const deps = {
  messages: createMessageStore({ client, table: env.outreachTable, now }),
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  now,
};

const newsSchema = z.object({
  MessageSid: z.string().min(1).max(64),
  MessageStatus: z.string().min(1).max(40),
  ErrorCode: z.coerce.number().int().positive().optional().catch(undefined),
});

export async function handler(event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  const token = await twilioAuthToken(env.twilioAuthTokenParameter);
  const fields = readWebhook(event, env.publicBaseUrl, token);
  if (!fields) {
    countOutcomes({ callbackForged: 1 });
    return problemAnswer({
      status: 403,
      title: 'Forbidden',
      detail: 'The request carries no valid Twilio signature.',
    });
  }
  const id = event.queryStringParameters?.['message'];
  const news = newsSchema.safeParse(fields);
  if (!id || !news.success) {
    const detail = 'A callback needs ?message= and the fields MessageSid and MessageStatus.';
    return problemAnswer({ status: 400, title: 'Not a delivery callback', detail });
  }
  const { MessageSid: sid, MessageStatus: status, ErrorCode } = news.data;
  const errorCode = ErrorCode === undefined ? {} : { errorCode: ErrorCode };
  const outcome = await applyNews(deps, id, { sid, status, ...errorCode });
  countOutcomes(countBy('callback', [outcome]));
  logger.info('News of a text', {
    messageId: loggableId(id),
    messageSid: loggableId(sid),
    status: twilioRank(status)?.status ?? 'unknown',
    ...errorCode,
    outcome,
  });
  if (outcome !== 'unknown') return jsonAnswer(200, { outcome });
  return problemAnswer({
    status: 404,
    title: 'No such message',
    detail: 'No message was sent under this id.',
  });
}
