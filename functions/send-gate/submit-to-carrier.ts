import { applyCarrierError, type CarrierErrorDeps } from '../../lib/gate/carrier-error.ts';
import type { SubmitOutcome } from '../../lib/gate/outcomes.ts';
import type { GateTables } from '../../lib/gate/send-transaction.ts';
import { nextProbeAt, type SenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import { endClaim, reopenClaim } from '../../lib/gate/settle-claim.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { carrierErrorOf, refusalOf } from '../../lib/messaging/carrier-errors.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';

export interface SubmitDeps extends GateTables, CarrierErrorDeps {
  readonly carrier: Carrier;
  readonly messages: MessageStore;
  readonly senderRefusals: SenderRefusalStore;
  readonly publicBaseUrl: string;
}

/**
 * A claim older than this is not submitted: `reconcile` may already have asked Twilio about it, and a text that leaves after
 * that could leave twice (X5).
 */
const CLAIM_MILLISECONDS = 30_000;

/**
 * Submits a claimed text to Twilio and records the answer.
 *
 * @param isProbe true for the text that tries whether Twilio accepts a refused sender again.
 * @returns `inDoubt` when the answer is unknown; the text stays claimed, and `reconcile` asks Twilio about it.
 */
export async function submitToCarrier(
  deps: SubmitDeps,
  text: Message,
  isProbe = false,
): Promise<SubmitOutcome> {
  const age = deps.now().getTime() - Date.parse(text.claimedAt ?? '');
  if (age > CLAIM_MILLISECONDS) return 'inDoubt';
  const result = await deps.carrier.send({
    to: text.number,
    body: text.body,
    statusCallback: `${deps.publicBaseUrl}/twilio/status?message=${encodeURIComponent(text.id)}${isProbe ? '&probe=1' : ''}`,
  });
  switch (result.kind) {
    case 'accepted':
      await deps.messages.applyNews(text.id, { sid: result.sid, status: result.status });
      if (isProbe) await deps.senderRefusals.clear({ claimedAt: text.claimedAt ?? '', isDelivered: false });
      return 'sent';
    case 'rejected':
      return settleRejected(deps, text, result.code);
    case 'notAccepted':
      await reopenClaim(deps, text, retryAt(deps.now(), text.attempt ?? 1), deps.now());
      return 'retrying';
    case 'senderRefused':
      return holdRefused(deps, text, result.code);
    case 'unknown':
      return 'inDoubt';
  }
}

/** Settles a text that Twilio refused for good, with the consequence that its error code has. */
async function settleRejected(deps: SubmitDeps, text: Message, code: number | null): Promise<'rejected'> {
  const { sentence } = carrierErrorOf(code);
  // The consequence is recorded first. If the process ends in between, the text is still claimed, and `reconcile` settles it.
  await applyCarrierError(deps, text, code ?? 0, 'answer');
  const ending = {
    status: 'rejected',
    reason: 'carrierRejected',
    sentence: `rejected by Twilio: ${sentence}`,
    ...(code === null ? {} : { errorCode: code }),
  } as const;
  await endClaim(deps, text, ending, deps.now());
  return 'rejected';
}

/** Holds a text that Twilio refused for the sender's or the account's sake: it has lost nothing, and leaves after the repair (X16). */
async function holdRefused(deps: SubmitDeps, text: Message, code: number): Promise<'campaignBlocked'> {
  const { sentence } = refusalOf(400, code);
  await applyCarrierError(deps, text, code, 'answer');
  const now = deps.now();
  const why = { reason: 'senderRefused', sentence: `held: Twilio refuses the sender, since ${sentence}` };
  await reopenClaim(deps, text, nextProbeAt(now, (text.attempt ?? 1) - 1), now, why);
  return 'campaignBlocked';
}

/** Returns when to try again: after 30 s, 1, 2, 4 ... minutes, an hour at most. @param attempt from 1. */
function retryAt(now: Date, attempt: number): string {
  const seconds = Math.min(30 * 2 ** (attempt - 1), 3600);
  return new Date(now.getTime() + seconds * 1000).toISOString();
}
