import type { DueWork } from '../../lib/automation/work.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import { endedUnsent, sent } from '../../lib/conversations/conversation.ts';
import { remember } from '../../lib/gate/caps.ts';
import { decide } from '../../lib/gate/decide.ts';
import type { DueText } from '../../lib/gate/due-text.ts';
import { type FactsDeps, loadFacts, type OutboxFacts, type StepFacts } from '../../lib/gate/load-decision-input.ts';
import type { TextOutcome } from '../../lib/gate/outcomes.ts';
import type { Decision } from '../../lib/gate/decision.ts';
import { claim, explain, holdUnder, replace, type WriteOutcome } from '../../lib/gate/send-transaction.ts';
import { singleText } from '../../lib/gate/due-single-text.ts';
import { stepText } from '../../lib/gate/due-step.ts';
import { type Message, STATUS_RANK } from '../../lib/messaging/message.ts';
import { sayUnrendered } from '../../lib/messaging/template.ts';
import { promptFailure } from '../../lib/single-texts/opt-in-request-failed.ts';
import { pause } from '../../lib/runtime/dynamodb.ts';
import { type HandOverDeps, handOver } from './submit-to-carrier.ts';
import { inTurn } from './throttle.ts';
import { sendPrompt } from './send-opt-in-request.ts';
import type { SenderTurns } from './batch-throttle.ts';

export type GateDeps = FactsDeps &
  HandOverDeps & { readonly registry: Pick<ConsentRegistry, 'record' | 'prepare'> };

/** What the texts of one batch share. */
export type BatchDeps = GateDeps & { readonly turns: SenderTurns };

/** How one record of the queue ended, and the reason where it ended unsent. */
export interface TextEnd {
  readonly outcome: TextOutcome;
  /** A word of the rules: why it waits, was refused or dropped. */
  readonly reason?: string | undefined;
}

/** Times a text is decided anew because consent or its origin moved under it. */
const ATTEMPTS = 6;

/**
 * Decides one due text and carries the decision out.
 *
 * @param facts what the batch's common read found; read again whenever a write shows that they are stale.
 * @throws Error when it could not be decided in peace: the record goes back to the queue.
 */
export async function processText(
  deps: BatchDeps,
  work: DueWork,
  facts: StepFacts | OutboxFacts,
): Promise<TextEnd> {
  let current = facts;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const ended = await tryText(deps, work, current);
    if (ended !== 'again') return ended;
    await pause(attempt);
    // The number may have changed since the step was enqueued: its consent is the one that counts.
    const number = ('enrollment' in current ? current.enrollment?.number : undefined) ?? work.number;
    current = (await loadFacts(deps, [{ ...work, number }]))[0] ?? current;
  }
  throw new Error(`A text was decided ${ATTEMPTS} times and something changed every time`);
}

async function tryText(
  deps: BatchDeps,
  work: DueWork,
  facts: StepFacts | OutboxFacts,
): Promise<TextEnd | 'again'> {
  const now = deps.now();
  const prepared =
    'outboxId' in work
      ? singleText(deps.outreachTable, facts as OutboxFacts, now)
      : stepText(deps.outreachTable, work, facts as StepFacts, now);
  switch (prepared.kind) {
    case 'notDue':
      return { outcome: 'notDue' };
    case 'again':
      return 'again';
    case 'holds':
      return because(prepared.why, after(await holdUnder(deps, facts, prepared.put), 'held'));
    case 'moves':
      return because(prepared.why, after(await replace(deps, prepared.put), prepared.outcome));
    case 'ready':
      break;
  }
  const { text } = prepared;
  const { settings, consent, conversation } = text;
  const decideAt = (at: Date) => decide({ ...text.asks, settings, consent, conversation, now: at });
  const { decision, now: decidedAt } = await inTurn(
    deps,
    text,
    facts,
    { decision: decideAt(now), now },
    decideAt,
  );
  return because('reason' in decision ? decision : {}, await carryOut(deps, text, decision, decidedAt));
}

/** The outcome with its reason. What was sent, and what others finished, has none. */
function because(
  { reason }: { readonly reason?: string },
  outcome: TextOutcome | 'again',
): TextEnd | 'again' {
  if (outcome === 'again') return 'again';
  return outcome === 'handled' ? { outcome } : { outcome, reason };
}

async function carryOut(
  deps: GateDeps,
  text: DueText,
  decision: Decision,
  now: Date,
): Promise<TextOutcome | 'again'> {
  switch (decision.kind) {
    case 'hold':
      return after(await holdUnder(deps, text, text.held(decision)), 'held');
    case 'defer':
      return after(await replace(deps, text.deferred(decision, decision.until)), 'deferred');
    case 'refuse':
      return end(deps, text, decision, 'refused', now);
    case 'drop':
      return end(deps, text, decision, 'dropped', now);
    case 'sendPromptFirst':
      return sendPrompt(deps, text, decision, now);
    case 'send':
      return send(deps, text, decision, now);
  }
}

async function send(
  deps: GateDeps,
  text: DueText,
  decision: Decision,
  now: Date,
): Promise<TextOutcome | 'again'> {
  const rendered = text.render();
  if (rendered.kind !== 'rendered') {
    const says = sayUnrendered(rendered);
    const trace = [...decision.trace, { rule: 'template', result: says }];
    return end(deps, text, { reason: rendered.kind, sentence: `refused: ${says}`, trace }, 'refused', now);
  }
  const message: Message = {
    ...messageOf(text, decision, 'claimed', now),
    body: rendered.body,
    attempt: text.attempts + 1,
    claimedAt: now.toISOString(),
    firstDueAt: text.firstDueAt,
    consentVersion: text.consent.version,
  };
  const written = await claim(deps, text.consent, {
    origin: text.ended(now),
    text: message,
    conversation: conversationWith(text, message, now),
  });
  if (written === 'done') return handOver(deps, message);
  if (written === 'handled') return catchUp(deps, text, now);
  return 'again';
}

/** The conversation with a text that leaves. What caps count is an automation's, not an agent's. */
function conversationWith(text: DueText, { id, body }: Message, now: Date) {
  const at = now.toISOString();
  const { automation } = text.asks;
  const { recent } = text.conversation;
  const counted = automation ? remember(recent, { at, automationId: automation.id }, now) : recent;
  return sent(text.conversation, { id, body, at }, counted);
}

async function end(
  deps: GateDeps,
  text: DueText,
  why: Pick<Message, 'reason' | 'sentence' | 'trace'>,
  status: 'refused' | 'dropped',
  now: Date,
): Promise<TextOutcome | 'again'> {
  const message = messageOf(text, why, status, now);
  // A request for START that grew too old never arrived: who was not asked may be asked again.
  const failed = why.reason === 'tooOld' ? promptFailure(message, 0, now) : undefined;
  if (failed) await deps.registry.record(failed);
  const written = await explain(deps, {
    origin: text.ended(now),
    text: message,
    conversation: endedUnsent(text.conversation, text.messageId),
  });
  return written === 'handled' ? catchUp(deps, text, now) : after(written, status);
}

/**
 * The origin moved on, or its message exists though it did not: Twilio's callback of an earlier try arrived after the text
 * was opened again. In the second case the text is done and only its origin is behind; in the first the write finds
 * another version and changes nothing.
 */
async function catchUp(deps: GateDeps, text: DueText, now: Date): Promise<TextOutcome> {
  await replace(deps, text.ended(now));
  return 'handled';
}

function messageOf(
  text: DueText,
  { reason, sentence, trace }: Pick<Message, 'reason' | 'sentence' | 'trace'>,
  status: 'claimed' | 'refused' | 'dropped',
  now: Date,
): Message {
  const at = now.toISOString();
  return {
    id: text.messageId,
    direction: 'outbound',
    number: text.number,
    body: '',
    status,
    statusRank: STATUS_RANK[status],
    ...text.describes,
    createdAt: at,
    updatedAt: at,
    ...(reason === undefined ? {} : { reason }),
    ...(sentence === undefined ? {} : { sentence }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function after(written: WriteOutcome, outcome: TextOutcome): TextOutcome | 'again' {
  if (written === 'done') return outcome;
  return written === 'handled' ? 'handled' : 'again';
}
