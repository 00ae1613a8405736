import * as z from 'zod';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import { twilioRank } from '../../lib/messaging/message.ts';
import { type HttpAnswer, jsonAnswer, RequestProblem } from '../../lib/runtime/problem.ts';
import { countBy, countOutcomes, logger } from '../../lib/telemetry/telemetry.ts';
import { type ApplyDeps, applyNews } from './apply-news.ts';

const newsSchema = z.object({
  MessageSid: z.string().min(1).max(64),
  MessageStatus: z.string().min(1).max(40),
  ErrorCode: z.coerce.number().int().positive().optional().catch(undefined),
});

/**
 * Takes Twilio's delivery callback.
 *
 * @param id of our message, from the callback's URL.
 * @param fields of the webhook, signed by Twilio.
 * @param isProbe the URL says that the text tries a refused sender.
 * @throws RequestProblem 400 for a request that is no callback, 404 for a message that was not sent.
 */
export async function answerCallback(
  deps: ApplyDeps,
  id: string | undefined,
  fields: Readonly<Record<string, string>>,
  isProbe: boolean,
): Promise<HttpAnswer> {
  const news = newsSchema.safeParse(fields);
  if (!id || !news.success) {
    const detail = 'A callback needs ?message= and the fields MessageSid and MessageStatus.';
    throw new RequestProblem(400, 'Not a delivery callback', detail);
  }
  const { MessageSid: sid, MessageStatus: status, ErrorCode } = news.data;
  const ids = { messageId: loggableId(id), messageSid: loggableId(sid) };
  // The log line of a failure shows the ids too.
  logger.appendKeys(ids);
  const errorCode = ErrorCode === undefined ? {} : { errorCode: ErrorCode };
  const { outcome, consequence } = await applyNews(deps, id, { sid, status, ...errorCode, isProbe });
  countOutcomes({
    ...countBy('callback', [outcome]),
    callbackCampaignBlocked: consequence === 'senderRefused' ? 1 : 0,
  });
  logger.info('News of a text', {
    ...ids,
    status: twilioRank(status)?.status ?? 'unknown',
    ...errorCode,
    outcome,
  });
  if (outcome !== 'unknown') return jsonAnswer(200, { outcome });
  throw new RequestProblem(404, 'No such message', 'No message was sent under this id.');
}
