import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import { withSentText } from '../../lib/conversations/conversation.ts';
import { addRecentSend } from '../../lib/gate/caps.ts';
import type { Decision } from '../../lib/gate/decision.ts';
import type { DueText } from '../../lib/gate/due-text.ts';
import { OPT_IN_REQUEST, optInRequestWords } from '../../lib/gate/opt-in-request.ts';
import { claimOptInRequest } from '../../lib/gate/send-transaction.ts';
import { type Message, STATUS_RANK } from '../../lib/messaging/message.ts';
import { sha256 } from '../../lib/runtime/sha256.ts';
import { newSingleText } from '../../lib/single-texts/single-text.ts';
import { putSingleText } from '../../lib/single-texts/single-text-items.ts';
import { type SubmitDeps, submitToCarrier } from './submit-to-carrier.ts';

export interface OptInRequestDeps extends SubmitDeps {
  readonly registry: Pick<ConsentRegistry, 'record' | 'prepare'>;
}

/**
 * Sends the opt-in template ahead of a text (C2) and holds the text for START (C3). One transaction writes the ledger's event,
 * the hold and the claim, so that a number gets one request, even if several texts need it at once (X5).
 *
 * @returns `handled` when another worker finished the text, and `retry` when consent or the text changed meanwhile.
 */
export async function sendOptInRequest(
  deps: OptInRequestDeps,
  text: DueText,
  decision: Decision & { readonly reason: string },
  now: Date,
  isProbe: boolean,
): Promise<'optInRequested' | 'handled' | 'retry'> {
  const { settings, consent, number, input } = text;
  const at = now.toISOString();
  const words = optInRequestWords(settings);
  const id = `optInRequest-${sha256(number).slice(0, 16)}-${consent.version + 1}`;
  const { writes } = await deps.registry.prepare(consent, {
    number,
    kind: 'optInRequestSent',
    occurredAt: at,
    sourceId: `optInRequest:${id}`,
    evidence: {
      source: 'gate',
      messageId: id,
      wordsSent: words.whole,
      openUntil: new Date(now.getTime() + settings.optInRequestAgeHours * 3_600_000).toISOString(),
      ...(settings.doubleOptIn === 'perLead' && input.leadId !== undefined && { leadId: input.leadId }),
    },
  });
  const lead = input.leadId === undefined ? {} : { leadId: input.leadId };
  const asSingle = newSingleText({ id, number, purpose: 'optInRequest', body: words.body, ...lead }, now);
  const message: Message = {
    id,
    direction: 'outbound',
    number,
    body: words.whole,
    status: 'claimed',
    statusRank: STATUS_RANK.claimed,
    purpose: 'optInRequest',
    ...lead,
    createdAt: at,
    updatedAt: at,
    attempt: 1,
    claimedAt: at,
    firstDueAt: at,
    consentVersion: consent.version,
    sentence: 'sent: asks for START before the first text',
    trace: decision.trace,
  };
  const recent = addRecentSend(text.conversation.recent, { at, automationId: OPT_IN_REQUEST }, now);
  const written = await claimOptInRequest(deps, writes, text.held(decision), {
    // The ended single text behind the request. It becomes due again if Twilio does not accept the request.
    origin: putSingleText(deps.outreachTable, { ...asSingle, status: 'ended' }),
    text: message,
    conversation: withSentText(text.conversation, { id, body: words.whole, at }, recent),
  });
  if (written !== 'done') return written === 'handled' ? 'handled' : 'retry';
  await submitToCarrier(deps, message, isProbe);
  return 'optInRequested';
}
