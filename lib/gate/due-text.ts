import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { Message } from '../messaging/message.ts';
import type { Rendered } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';
import type { TransactItem } from '../runtime/dynamodb.ts';
import type { TextInput } from './decision-input.ts';

type Put = NonNullable<TransactItem['Put']>;

export interface Why {
  readonly reason: string;
  readonly sentence: string;
}

/** A text that is due, wherever it comes from: what the gate decides on, and how its origin moves on. */
export interface DueText {
  /** Id of the message that it becomes: the same text is the same message, whoever retries it. */
  readonly messageId: string;
  readonly number: string;
  readonly settings: Settings;
  readonly consent: ConsentState;
  readonly conversation: Conversation;
  /** What its message tells of where it comes from. */
  readonly describes: Partial<Message>;
  readonly firstDueAt: string;
  /** How often it was handed to Twilio and not taken. */
  readonly attempts: number;
  readonly input: TextInput;
  render(): Rendered;
  /** It waits, out of the due index. */
  held(why: Why): Put;
  /** It is due later. */
  deferred(why: Why, until: string): Put;
  /** It became a message. */
  ended(now: Date): Put;
}

/**
 * What stands in the way of deciding at all.
 *
 * - `skip`: a duplicate delivery, or it was held or deferred in between.
 * - `retry`: it was read by halves: read it once more.
 * - `update`: its origin moves without a text, with this outcome.
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
