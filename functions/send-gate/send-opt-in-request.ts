import { sha256 } from '../../lib/consent/ledger.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import { sent } from '../../lib/conversations/conversation.ts';
import { remember } from '../../lib/gate/caps.ts';
import type { DueText } from '../../lib/gate/due-text.ts';
import { PROMPT, promptWords } from '../../lib/gate/opt-in-request.ts';
import type { Decision } from '../../lib/gate/decision.ts';
import { claimPrompt } from '../../lib/gate/send-transaction.ts';
import { type Message, STATUS_RANK } from '../../lib/messaging/message.ts';
import { putOutbox } from '../../lib/single-texts/single-text-items.ts';
import { outboxText } from '../../lib/single-texts/single-text.ts';
import { type HandOverDeps, handOver } from './submit-to-carrier.ts';

export interface PromptDeps extends HandOverDeps {
  readonly registry: Pick<ConsentRegistry, 'record' | 'prepare'>;
}

/**
 * Sends the opt-in template ahead of a text (C2) and holds the text for START (C3). The ledger, the hold and the claim are
 * one transaction: there is one request, however many texts ask for it at once.
 */
export async function sendPrompt(
  deps: PromptDeps,
  text: DueText,
  decision: Decision & { readonly reason: string },
  now: Date,
): Promise<'prompted' | 'handled' | 'again'> {
  const { settings, consent, number, asks } = text;
  const at = now.toISOString();
  const words = promptWords(settings);
  const id = `prompt-${sha256(number).slice(0, 16)}-${consent.version + 1}`;
  const { writes } = await deps.registry.prepare(consent, {
    number,
    kind: 'promptSent',
    occurredAt: at,
    sourceId: `prompt:${id}`,
    evidence: {
      source: 'gate',
      messageId: id,
      wordsSent: words.whole,
      ...(settings.doubleOptIn === 'perLead' && asks.leadId !== undefined && { leadId: asks.leadId }),
    },
  });
  const lead = asks.leadId === undefined ? {} : { leadId: asks.leadId };
  const asSingle = outboxText({ id, number, purpose: 'prompt', body: words.body, ...lead }, now);
  const message: Message = {
    id,
    direction: 'outbound',
    number,
    body: words.whole,
    status: 'claimed',
    statusRank: STATUS_RANK.claimed,
    purpose: 'prompt',
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
  const recent = remember(text.conversation.recent, { at, automationId: PROMPT }, now);
  const written = await claimPrompt(deps, writes, text.held(decision), {
    // The request as a single text that became a message: what is opened again should Twilio not take it.
    origin: putOutbox(deps.outreachTable, { ...asSingle, status: 'ended' }),
    text: message,
    conversation: sent(text.conversation, { id, body: words.whole, at }, recent),
  });
  if (written !== 'done') return written === 'handled' ? 'handled' : 'again';
  await handOver(deps, message);
  return 'prompted';
}
