import type { DueWork } from '../../lib/automation/work.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import { endedUnsent, withSentText } from '../../lib/conversations/conversation.ts';
import { addRecentSend } from '../../lib/gate/caps.ts';
import { decide } from '../../lib/gate/decide.ts';
import type { Decision } from '../../lib/gate/decision.ts';
import { prepareSingleText } from '../../lib/gate/due-single-text.ts';
import { prepareStep } from '../../lib/gate/due-step.ts';
import type { DueText } from '../../lib/gate/due-text.ts';
import {
  type LoadDeps,
  type LoadedSingleText,
  type LoadedStep,
  loadBatch,
} from '../../lib/gate/load-decision-input.ts';
import type { TextOutcome } from '../../lib/gate/outcomes.ts';
import {
  claimText,
  recordUnsent,
  type WriteOutcome,
  writeHold,
  writeOrigin,
} from '../../lib/gate/send-transaction.ts';
import { isOpenRefusal, type SenderRefusal } from '../../lib/gate/sender-refusal.ts';
import { type Message, STATUS_RANK } from '../../lib/messaging/message.ts';
import { sayUnrendered } from '../../lib/messaging/template.ts';
import { LOST, retryLost } from '../../lib/runtime/change-versioned.ts';
import { optInRequestFailure } from '../../lib/single-texts/opt-in-request-failed.ts';
import type { BatchThrottle } from './batch-throttle.ts';
import { sendOptInRequest } from './send-opt-in-request.ts';
import { type SubmitDeps, submitToCarrier } from './submit-to-carrier.ts';
import { throttle } from './throttle.ts';

export type GateDeps = LoadDeps &
  SubmitDeps & { readonly registry: Pick<ConsentRegistry, 'record' | 'prepare'> };

/** The dependencies of one batch. Its texts share one throttle. */
export type BatchDeps = GateDeps & { readonly throttle: BatchThrottle };

/** The outcome of one record of the queue, with the reason if the text did not leave. */
export interface EndedOutcome {
  readonly outcome: TextOutcome;
  /** The reason of the rule that held, deferred, refused or dropped the text. */
  readonly reason?: string | undefined;
}

/** A text is decided again, up to this many times in all, while its consent, conversation or origin changes meanwhile. */
const MAXIMUM_ATTEMPTS = 6;

/**
 * Decides one due text and carries the decision out. Each due text ends in one outcome: sent, or explained (X5).
 *
 * @param loaded what the batch's common read loaded for the text. It is loaded again each time a write shows that it is stale.
 * @throws Error when the text changed during every attempt. The record goes back to the queue.
 */
export async function processText(
  deps: BatchDeps,
  work: DueWork,
  loaded: LoadedStep | LoadedSingleText,
): Promise<EndedOutcome> {
  let current = loaded;
  let hasWaited = false;
  const reload = async () => {
    // The number may have changed since the step was enqueued: its consent is the one that counts.
    const number = ('enrollment' in current ? current.enrollment?.number : undefined) ?? work.number;
    current = (await loadBatch(deps, [{ ...work, number }]))[0] ?? current;
  };
  const attempt = async (round: number) => {
    if (round > 0) await reload();
    let ended = await tryText(deps, work, current, hasWaited);
    if (ended === 'waited') {
      hasWaited = true;
      await reload();
      ended = await tryText(deps, work, current, hasWaited);
    }
    return ended === 'retry' || ended === 'waited' ? LOST : ended;
  };
  return retryLost('The outcome of a text', attempt, { maximumAttempts: MAXIMUM_ATTEMPTS });
}

/**
 * Decides a text on what was loaded.
 *
 * @param hasWaited the text has had its slot at the sender, and `loaded` was read after that.
 * @returns `waited` when it waited for its slot: settings, consent and automation must be read again (H1); `retry` when
 *   a write shows that they are stale.
 */
async function tryText(
  deps: BatchDeps,
  work: DueWork,
  loaded: LoadedStep | LoadedSingleText,
  hasWaited: boolean,
): Promise<EndedOutcome | 'retry' | 'waited'> {
  const now = deps.now();
  const prepared =
    'singleTextId' in work
      ? prepareSingleText(deps.outreachTable, loaded as LoadedSingleText, now)
      : prepareStep(deps.outreachTable, work, loaded as LoadedStep, now);
  switch (prepared.kind) {
    case 'skip':
      return { outcome: 'notDue' };
    case 'retry':
      return 'retry';
    case 'hold':
      return withReason(prepared.why, outcomeOf(await writeHold(deps, loaded, prepared.put), 'held'));
    case 'update':
      return withReason(prepared.why, outcomeOf(await writeOrigin(deps, prepared.put), prepared.outcome));
    case 'ready':
      break;
  }
  const { text } = prepared;
  const { settings, consent, conversation } = text;
  const decided = decide({ ...text.input, settings, consent, conversation, now });
  const decision = await throttle(deps, text, loaded, decided, hasWaited);
  if (decision === 'waited') return 'waited';
  return withReason('reason' in decision ? decision : {}, await carryOut(deps, text, decision, now));
}

/** Adds the reason to an outcome. A text that another worker finished has none. */
function withReason(
  { reason }: { readonly reason?: string },
  outcome: TextOutcome | 'retry',
): EndedOutcome | 'retry' {
  if (outcome === 'retry') return 'retry';
  return outcome === 'handled' ? { outcome } : { outcome, reason };
}

async function carryOut(
  deps: GateDeps,
  text: DueText,
  decision: Decision,
  now: Date,
): Promise<TextOutcome | 'retry'> {
  switch (decision.kind) {
    case 'hold':
      return outcomeOf(await writeHold(deps, text, text.held(decision)), 'held');
    case 'defer':
      return outcomeOf(await writeOrigin(deps, text.deferred(decision, decision.until)), 'deferred');
    case 'refuse':
      return endUnsent(deps, text, decision, 'refused', now);
    case 'drop':
      return endUnsent(deps, text, decision, 'dropped', now);
    case 'sendOptInRequestFirst':
    case 'send': {
      const refusal = probedBy(text, now);
      // Another text tries the sender already: this one is decided again, and held.
      if (refusal && !(await deps.senderRefusals.takeProbe(refusal, now))) return 'retry';
      const isProbe = refusal !== undefined;
      return decision.kind === 'send'
        ? sendText(deps, text, decision, now, isProbe)
        : sendOptInRequest(deps, text, decision, now, isProbe);
    }
  }
}

/** Returns the refusal of the sender that a text would try; undefined when none is open. */
function probedBy({ input, settings }: DueText, now: Date): SenderRefusal | undefined {
  const { senderRefusal } = input;
  const isTry = senderRefusal && isOpenRefusal(senderRefusal, settings.senderClearedAt);
  return isTry && senderRefusal.nextProbeAt <= now.toISOString() ? senderRefusal : undefined;
}

async function sendText(
  deps: GateDeps,
  text: DueText,
  decision: Decision,
  now: Date,
  isProbe: boolean,
): Promise<TextOutcome | 'retry'> {
  const rendered = text.render();
  if (rendered.kind !== 'rendered') {
    const explanation = sayUnrendered(rendered);
    const trace = [...decision.trace, { rule: 'template', result: explanation }];
    return endUnsent(
      deps,
      text,
      { reason: rendered.kind, sentence: `refused: ${explanation}`, trace },
      'refused',
      now,
    );
  }
  const message: Message = {
    ...messageOf(text, decision, 'claimed', now),
    body: rendered.body,
    attempt: text.attempts + 1,
    claimedAt: now.toISOString(),
    firstDueAt: text.firstDueAt,
    consentVersion: text.consent.version,
  };
  const written = await claimText(deps, text.consent, {
    origin: text.ended(now),
    text: message,
    conversation: conversationWith(text, message, now),
  });
  if (written === 'done') return submitToCarrier(deps, message, isProbe);
  if (written === 'handled') return catchUp(deps, text, now);
  return 'retry';
}

/** Adds a text that leaves to its conversation. Caps count the texts of automations, not those of agents. */
function conversationWith(text: DueText, { id, body }: Message, now: Date) {
  const at = now.toISOString();
  const { automation } = text.input;
  const { recent } = text.conversation;
  const counted = automation ? addRecentSend(recent, { at, automationId: automation.id }, now) : recent;
  return withSentText(text.conversation, { id, body, at }, counted);
}

async function endUnsent(
  deps: GateDeps,
  text: DueText,
  why: Pick<Message, 'reason' | 'sentence' | 'trace'>,
  status: 'refused' | 'dropped',
  now: Date,
): Promise<TextOutcome | 'retry'> {
  const message = messageOf(text, why, status, now);
  // An opt-in request that grew too old, or whose lead has another number, never left. The number may be asked again.
  const isUnasked = why.reason === 'tooOld' || why.reason === 'numberChanged';
  const failed = isUnasked ? optInRequestFailure(message, 0, now) : undefined;
  if (failed) await deps.registry.record(failed);
  const written = await recordUnsent(deps, {
    origin: text.ended(now),
    text: message,
    conversation: endedUnsent(text.conversation, text.messageId),
  });
  return written === 'handled' ? catchUp(deps, text, now) : outcomeOf(written, status);
}

/**
 * Moves the origin past a text that was handled already. There are two cases:
 * - The origin moved on. The write finds another version and changes nothing.
 * - Twilio's callback of an earlier attempt came after the text was reopened. The text is done and only its origin is behind.
 */
async function catchUp(deps: GateDeps, text: DueText, now: Date): Promise<TextOutcome> {
  await writeOrigin(deps, text.ended(now));
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

function outcomeOf(written: WriteOutcome, outcome: TextOutcome): TextOutcome | 'retry' {
  if (written === 'done') return outcome;
  return written === 'handled' ? 'handled' : 'retry';
}
