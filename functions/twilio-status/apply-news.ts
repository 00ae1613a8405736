import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import { carrierErrorOf } from '../../lib/messaging/carrier-errors.ts';
import type { CarrierNews, MessageStore, NewsOutcome } from '../../lib/messaging/message-store.ts';
import { optInRequestFailure } from '../../lib/single-texts/opt-in-request-failed.ts';

export interface ApplyDeps {
  readonly messages: Pick<MessageStore, 'applyNews' | 'get'>;
  readonly registry: Pick<ConsentRegistry, 'record'>;
  readonly leads: Pick<LeadStore, 'markUnreachable'>;
  readonly now: () => Date;
}

/**
 * Applies Twilio's news of a text. The callbacks may come in any order: the highest status wins. An error of the number itself
 * is recorded with the lead, and an opt-out that Twilio reports (21610) in the registry (S8, X9).
 *
 * @param id of our message.
 */
export async function applyNews(deps: ApplyDeps, id: string, news: CarrierNews): Promise<NewsOutcome> {
  const outcome = await deps.messages.applyNews(id, news);
  if (news.errorCode !== undefined && outcome !== 'unknown') await applyError(deps, id, news.errorCode);
  return outcome;
}

async function applyError(deps: ApplyDeps, id: string, errorCode: number): Promise<void> {
  const { consequence } = carrierErrorOf(errorCode);
  const text = await deps.messages.get(id);
  if (!text) return;
  if (consequence === 'unreachableNumber' && text.leadId) {
    await deps.leads.markUnreachable(text.leadId, text.number, errorCode);
  }
  if (consequence !== 'optOut') {
    const failed = optInRequestFailure(text, errorCode, deps.now());
    if (failed) await deps.registry.record(failed);
    return;
  }
  await deps.registry.record({
    number: text.number,
    kind: 'optOut',
    occurredAt: text.claimedAt ?? text.createdAt,
    sourceId: `carrier:${id}:${text.attempt ?? 1}:${errorCode}`,
    evidence: { source: 'carrier', messageId: id, errorCode },
  });
}
