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

/** How a claimed text without an answer was settled. */
export type ClaimOutcome =
  /** Twilio had taken it: its SID and status are known now. */
  | 'found'
  /** Twilio had taken it, and the carriers refuse the sender. */
  | 'campaignBlocked'
  /** Twilio never took it: its step is decided anew. */
  | 'reopened'
  /** Twilio never took it, and the automation has moved on: the text says so. */
  | 'movedOn'
  /** News came in between. */
  | 'settled';

/**
 * Far beyond the longest life of a worker and of a request to Twilio: what Twilio does not list by then it will never
 * have. Kept in step with the gate's function timeout by a test on the stack.
 */
export const CLAIM_GRACE_SECONDS = 600;
/**
 * How far Twilio's clock may be behind ours. A text that it had before the claim by its own clock, and that is none of our
 * others, is this one all the same: taking it for missing would send it twice.
 */
const CLOCK_SLACK_SECONDS = 120;
const PAGE = 100;

/**
 * Settles the texts that were handed to Twilio and have no answer written, by asking Twilio. A text is never sent
 * again on a guess.
 *
 * @throws AggregateError after all were tried, when some could not be settled: one text's trouble leaves no other in doubt.
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
  const found = await twilioCopy(deps, text);
  if (!found) return reopenClaim(deps, text, deps.now().toISOString(), deps.now());
  const errorCode = found.errorCode === undefined ? {} : { errorCode: found.errorCode };
  const news = { sid: found.sid, status: found.status, ...errorCode };
  if ((await deps.messages.applyNews(text.id, news)) !== 'applied') return 'settled';
  if (found.errorCode === undefined) return 'found';
  const consequence = await applyCarrierError(deps, text, found.errorCode, 'news');
  return consequence === 'senderRefused' ? 'campaignBlocked' : 'found';
}

/** Twilio's copy of a text: same number, same words, not long before the claim, and not another text's of ours. */
async function twilioCopy(deps: SettleDeps, text: Message): Promise<CarrierMessage | undefined> {
  const claimedAt = Date.parse(text.claimedAt ?? text.createdAt);
  const since = new Date(claimedAt - CLOCK_SLACK_SECONDS * 1000).toISOString();
  const copies = await deps.carrier.find({ to: text.number, body: text.body, since });
  if (copies.length === 0) return undefined;
  const { messages } = await deps.messages.conversation(text.number, PAGE);
  const taken = new Set(messages.filter(({ id }) => id !== text.id).map(({ sid }) => sid));
  return copies.find(({ sid }) => !taken.has(sid));
}
