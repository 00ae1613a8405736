import { addDuration } from '../automation/automation.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { Message } from '../messaging/message.ts';
import type { Rendered } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';
import type { TransactItem } from '../runtime/dynamodb.ts';
import type { TextInput } from './decision-input.ts';
import type { SenderRefusal } from './sender-refusal.ts';

type Put = NonNullable<TransactItem['Put']>;

export interface Why {
  readonly reason: string;
  readonly sentence: string;
}

/**
 * A due text of either origin, an automation's step or a single text: the input of its decision, and the writes that move its
 * origin (the enrollment or single text) on afterwards.
 */
export interface DueText {
  /** Id of the message that the text becomes. Every retry of the text has the same id (X5). */
  readonly messageId: string;
  readonly number: string;
  readonly settings: Settings;
  readonly consent: ConsentState;
  readonly conversation: Conversation;
  /** Fields of the message that name its origin. */
  readonly describes: Partial<Message>;
  readonly firstDueAt: string;
  /** Earlier submissions of this text that Twilio did not accept. */
  readonly attempts: number;
  readonly input: TextInput;
  render(): Rendered;
  /** Writes the origin as waiting, outside the due index (X4). */
  held(why: Why): Put;
  /** Writes the origin as due at `until`. */
  deferred(why: Why, until: string): Put;
  /** Writes the origin as past this text, which became a message. */
  ended(now: Date): Put;
}

/**
 * The result of preparing a due text for a decision.
 *
 * - `ready`: decide it.
 * - `skip`: the queue delivered it twice, or it was held or deferred in between.
 * - `retry`: the lead's number changed between two reads: read again.
 * - `hold`: the origin waits without a decision.
 * - `update`: the origin moves on without a text, with this outcome.
 */
export type Preparation =
  | { readonly kind: 'ready'; readonly text: DueText }
  | { readonly kind: 'skip' | 'retry' }
  | { readonly kind: 'hold'; readonly put: Put; readonly why: Why }
  | {
      readonly kind: 'update';
      readonly put: Put;
      readonly outcome: 'stopped' | 'deferred';
      readonly why: Why;
    };

/** By then the text that tries the sender again has been delivered, or refused. */
const PROBE_RESULT_MINUTES = 5;

/** When a text that is held for a refusal of the sender is decided again: soon after the next try, so that nothing waits for ever. */
export function endOfRefusal(
  { reason }: Why,
  { senderRefusal }: { readonly senderRefusal?: SenderRefusal | undefined },
): string | undefined {
  if (reason !== 'senderRefused' || !senderRefusal) return undefined;
  return addDuration(senderRefusal.nextProbeAt, `PT${PROBE_RESULT_MINUTES}M`);
}
