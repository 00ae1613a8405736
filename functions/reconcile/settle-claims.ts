import { applyCarrierError, type CarrierErrorDeps } from '../../lib/gate/carrier-error.ts';
import type { GateTables } from '../../lib/gate/send-transaction.ts';
import { reopenClaim } from '../../lib/gate/settle-claim.ts';
import type { Carrier, CarrierMessage } from '../../lib/messaging/carrier.ts';
import { loggableId } from '../../lib/messaging/loggable-id.ts';
import type { Message } from '../../lib/messaging/message.ts';
import { claimedWork, messageIdOfKey } from '../../lib/messaging/message-items.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';
import { ALL_SHARDS } from '../../lib/tables/outreach.ts';
import { pageOfWork } from '../../lib/tables/work-page.ts';
import { logger } from '../../lib/telemetry/telemetry.ts';

export interface SettleDeps extends GateTables, CarrierErrorDeps {
  readonly carrier: Pick<Carrier, 'find'>;
  readonly messages: Pick<MessageStore, 'get' | 'applyNews' | 'conversation'>;
}

/** The outcome of settling a claim without an answer. */
export type ClaimOutcome =
  /** Twilio has the text: its SID and status were written. */
  | 'found'
  /** Twilio has the text, and the carriers refuse the sender. */
  | 'campaignBlocked'
  /** Twilio never took the text: the gate decides its step again. */
  | 'reopened'
  /** Twilio never took the text, and the automation has moved on: the text ends as failed. */
  | 'movedOn'
  /** A delivery report settled the claim in the meantime. */
  | 'settled';

/**
 * Much longer than any worker or request to Twilio lives: a text that Twilio does not list after this time will never be
 * there. A test on the stack compares it with the timeout of the gate's function.
 */
export const CLAIM_GRACE_SECONDS = 600;
/**
 * Twilio's clock may be behind ours by this much. A text that Twilio dates shortly before the claim still counts as the
 * claimed text when no other message of ours has its SID: to miss it would send the text twice.
 */
const CLOCK_SLACK_SECONDS = 120;
const PAGE = 100;

/**
 * Settles claims whose answer from Twilio was never written, by looking for the texts in Twilio's list. No text is sent
 * again on a guess (X5).
 *
 * @throws AggregateError after all were tried, when some could not be settled.
 */
export async function settleClaims(deps: SettleDeps, hasTime: () => boolean): Promise<ClaimOutcome[]> {
  const before = new Date(deps.now().getTime() - CLAIM_GRACE_SECONDS * 1000).toISOString();
  const outcomes: ClaimOutcome[] = [];
  const errors: unknown[] = [];
  for (const shard of ALL_SHARDS) {
    for (const id of await claimedBefore(deps, shard, before)) {
      if (!hasTime()) break;
      try {
        const text = await deps.messages.get(id);
        if (text?.status !== 'claimed') continue;
        const outcome = await settleClaim(deps, text);
        logger.info('A text without an answer was settled', { messageId: loggableId(id), outcome });
        outcomes.push(outcome);
      } catch (error) {
        errors.push(error);
      }
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} texts could not be settled`);
  return outcomes;
}

async function claimedBefore(deps: SettleDeps, shard: number, before: string): Promise<string[]> {
  const table = { client: deps.client, table: deps.outreachTable };
  const { items } = await pageOfWork(table, claimedWork(shard), { span: { before }, limit: PAGE });
  return items.map(messageIdOfKey);
}

async function settleClaim(deps: SettleDeps, text: Message): Promise<ClaimOutcome> {
  const copy = await findTwilioCopy(deps, text);
  if (!copy) return reopenClaim(deps, text, deps.now().toISOString(), deps.now());
  const errorCode = copy.errorCode === undefined ? {} : { errorCode: copy.errorCode };
  const news = { sid: copy.sid, status: copy.status, ...errorCode };
  if ((await deps.messages.applyNews(text.id, news)) !== 'applied') return 'settled';
  if (copy.errorCode === undefined) return 'found';
  const consequence = await applyCarrierError(deps, text, copy.errorCode, 'news');
  return consequence === 'senderRefused' ? 'campaignBlocked' : 'found';
}

/** Finds Twilio's copy of a text: same number, same body, not long before the claim, and not the copy of another message. */
async function findTwilioCopy(deps: SettleDeps, text: Message): Promise<CarrierMessage | undefined> {
  const claimedAt = Date.parse(text.claimedAt ?? text.createdAt);
  const since = new Date(claimedAt - CLOCK_SLACK_SECONDS * 1000).toISOString();
  const copies = await deps.carrier.find({ to: text.number, body: text.body, since });
  if (copies.length === 0) return undefined;
  const { messages } = await deps.messages.conversation(text.number, PAGE);
  const otherSids = new Set(messages.filter(({ id }) => id !== text.id).map(({ sid }) => sid));
  return copies.find(({ sid }) => !otherSids.has(sid));
}
