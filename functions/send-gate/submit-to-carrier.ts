import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import type { SubmitOutcome } from '../../lib/gate/outcomes.ts';
import type { GateTables } from '../../lib/gate/send-transaction.ts';
import { endClaim, reopenClaim } from '../../lib/gate/settle-claim.ts';
import type { LeadStore } from '../../lib/leads/lead-store.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { carrierErrorOf } from '../../lib/messaging/carrier-errors.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';
import { optInRequestFailure } from '../../lib/single-texts/opt-in-request-failed.ts';

export interface SubmitDeps extends GateTables {
  readonly carrier: Carrier;
  readonly messages: MessageStore;
  readonly registry: Pick<ConsentRegistry, 'record'>;
  readonly leads: Pick<LeadStore, 'markUnreachable'>;
  readonly publicBaseUrl: string;
  readonly now: () => Date;
}

/**
 * A claim older than this is not submitted: `reconcile` may already have asked Twilio about it, and a text that leaves after
 * that could leave twice (X5).
 */
const CLAIM_MILLISECONDS = 30_000;

/**
 * Submits a claimed text to Twilio and records the answer.
 *
 * @returns `inDoubt` when the answer is unknown; the text stays claimed, and `reconcile` asks Twilio about it.
 */
export async function submitToCarrier(deps: SubmitDeps, text: Message): Promise<SubmitOutcome> {
  const age = deps.now().getTime() - Date.parse(text.claimedAt ?? '');
  if (age > CLAIM_MILLISECONDS) return 'inDoubt';
  const result = await deps.carrier.send({
    to: text.number,
    body: text.body,
    statusCallback: `${deps.publicBaseUrl}/twilio/status?message=${encodeURIComponent(text.id)}`,
  });
  switch (result.kind) {
    case 'accepted':
      await deps.messages.applyNews(text.id, { sid: result.sid, status: result.status });
      return 'sent';
    case 'rejected':
      return settleRejected(deps, text, result.code);
    case 'notAccepted':
      await reopenClaim(deps, text, retryAt(deps.now(), text.attempt ?? 1), deps.now());
      // Twilio created no text, and none is lost: it leaves once somebody has repaired the sender or the account.
      return carrierErrorOf(result.code).consequence === 'stopCampaign' ? 'campaignBlocked' : 'retrying';
    case 'unknown':
      return 'inDoubt';
  }
}

/** Settles a text that Twilio refused for good, with the consequence that its error code has. */
async function settleRejected(deps: SubmitDeps, text: Message, code: number | null): Promise<SubmitOutcome> {
  const { consequence, sentence } = carrierErrorOf(code);
  // The consequence is recorded first. If the process ends in between, the text is still claimed, and `reconcile` settles it.
  if (consequence === 'optOut' && code !== null) await recordOptOut(deps, text, code);
  if (consequence === 'unreachableNumber' && code !== null && text.leadId !== undefined) {
    await deps.leads.markUnreachable(text.leadId, text.number, code);
  }
  const failed = consequence === 'optOut' ? undefined : optInRequestFailure(text, code ?? 0, deps.now());
  if (failed) await deps.registry.record(failed);
  const ending = {
    status: 'rejected',
    reason: 'carrierRejected',
    sentence: `rejected by Twilio: ${sentence}`,
    ...(code === null ? {} : { errorCode: code }),
  } as const;
  await endClaim(deps, text, ending, deps.now());
  return consequence === 'stopCampaign' ? 'campaignBlocked' : 'rejected';
}

/** Records an opt-out that Twilio knows and the registry does not (X9). */
async function recordOptOut(deps: SubmitDeps, text: Message, errorCode: number): Promise<void> {
  await deps.registry.record({
    number: text.number,
    kind: 'optOut',
    occurredAt: text.claimedAt ?? deps.now().toISOString(),
    sourceId: `carrier:${text.id}:${text.attempt}:${errorCode}`,
    evidence: { source: 'carrier', messageId: text.id, errorCode },
  });
}

/** Returns when to try again: after 30 s, 1, 2, 4 ... minutes, an hour at most. @param attempt from 1. */
function retryAt(now: Date, attempt: number): string {
  const seconds = Math.min(30 * 2 ** (attempt - 1), 3600);
  return new Date(now.getTime() + seconds * 1000).toISOString();
}
