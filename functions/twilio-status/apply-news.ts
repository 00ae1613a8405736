import { applyCarrierError, type CarrierErrorDeps } from '../../lib/gate/carrier-error.ts';
import type { SenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import type { Consequence } from '../../lib/messaging/carrier-errors.ts';
import type { CarrierNews, MessageStore, NewsOutcome } from '../../lib/messaging/message-store.ts';

export interface ApplyDeps extends CarrierErrorDeps {
  readonly messages: Pick<MessageStore, 'applyNews' | 'get'>;
  readonly senderRefusals: Pick<SenderRefusalStore, 'report' | 'clear'>;
}

/** What a callback says: Twilio's news, and whether the text tries a sender that was refused. */
export interface Callback extends CarrierNews {
  readonly isProbe: boolean;
}

/**
 * Applies Twilio's news of a text. The callbacks may come in any order: the highest status wins. An error has the consequence
 * that it has on every way (S8, X9, X16).
 *
 * @param id of our message.
 */
export async function applyNews(
  deps: ApplyDeps,
  id: string,
  { isProbe, ...news }: Callback,
): Promise<{ readonly outcome: NewsOutcome; readonly consequence: Consequence }> {
  const outcome = await deps.messages.applyNews(id, news);
  const { errorCode } = news;
  const isGoodNews = isProbe && news.status === 'delivered';
  if (outcome === 'unknown' || (errorCode === undefined && !isGoodNews))
    return { outcome, consequence: 'none' };
  const text = await deps.messages.get(id);
  if (!text) return { outcome, consequence: 'none' };
  if (errorCode === undefined) {
    await deps.senderRefusals.clear({ claimedAt: text.claimedAt ?? text.createdAt, isDelivered: true });
    return { outcome, consequence: 'none' };
  }
  return { outcome, consequence: await applyCarrierError(deps, text, errorCode, 'news') };
}
