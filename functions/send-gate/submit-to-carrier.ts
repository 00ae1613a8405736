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
 * A claim older than this is not handed over: `reconcile` may already have asked Twilio about it, and a text that
 * leaves after that could leave twice.
 */
const CLAIM_MILLISECONDS = 30_000;

/** Hands a claimed text to Twilio and writes down the answer. */
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
      return rejected(deps, text, result.code);
    case 'notAccepted':
      await reopenClaim(deps, text, retryAt(deps.now(), text.attempt ?? 1), deps.now());
      // Nothing was created, and nothing is lost: once somebody has acted, the text leaves.
      return carrierErrorOf(result.code).consequence === 'stopCampaign' ? 'campaignBlocked' : 'retrying';
    case 'unknown':
      return 'inDoubt';
  }
}

async function rejected(deps: SubmitDeps, text: Message, code: number | null): Promise<SubmitOutcome> {
  const { consequence, sentence } = carrierErrorOf(code);
  // The consequence first: should the process end in between, the text is still claimed and is looked into.
  if (consequence === 'optOut' && code !== null) await optOut(deps, text, code);
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

/** Twilio knows of an opt-out that the registry has not heard of: from now on it has (X9). */
async function optOut(deps: SubmitDeps, text: Message, errorCode: number): Promise<void> {
  await deps.registry.record({
    number: text.number,
    kind: 'optOut',
    occurredAt: text.claimedAt ?? deps.now().toISOString(),
    sourceId: `carrier:${text.id}:${text.attempt}:${errorCode}`,
    evidence: { source: 'carrier', messageId: text.id, errorCode },
  });
}

/** 30 s, 1, 2, 4 ... minutes, an hour at most. */
function retryAt(now: Date, attempt: number): string {
  const seconds = Math.min(30 * 2 ** (attempt - 1), 3600);
  return new Date(now.getTime() + seconds * 1000).toISOString();
}
