import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { Purpose, Trace } from '../messaging/message.ts';
import type { Settings } from '../organization/settings.ts';

import type { StatedPlace } from '../phone/time-zones.ts';
import type { SenderRefusal } from './sender-refusal.ts';

/** The reasons for which the gate holds a text. Each has an event that ends the wait (see lib/gate/wake.ts). */
export const holdReasons = [
  'optedOut',
  'a2pNotVerified',
  'senderRefused',
  'carrierBlocked',
  'awaitingReview',
  'waitingForConsent',
  'waitingForKeyword',
  'waitingForStart',
] as const;
export type HoldReason = (typeof holdReasons)[number];

/** Everything that a decision may consult. The rules read no clock and do no I/O. */
export interface DecisionInput {
  /** `step`: a step of an automation. Otherwise the purpose of a single text. */
  readonly purpose: 'step' | Purpose;
  /** First due time of the text (ISO 8601 UTC) and its maximum age (ISO 8601 duration); absent for a new text. */
  readonly age?: { readonly firstDueAt: string; readonly maximumAge: string };
  /** The automation that the step belongs to, and the keyword that it is tied to (T5). */
  readonly automation?: { readonly id: string; readonly keyword?: string | undefined };
  /** The lead that the text is for. In per-lead double opt-in, this lead's own request for START counts (C4). */
  readonly leadId: string | undefined;
  /** True while nobody knows whether Twilio has the text of the step before. */
  readonly isPreviousInDoubt?: boolean | undefined;
  /** Number that the lead of a single text has now; undefined for a text to a number without a lead, and for steps. */
  readonly leadNumber?: string | undefined;
  /** The reason of the text's last hold; undefined when it was never held. */
  readonly heldFor: string | undefined;
  readonly consent: ConsentState;
  readonly conversation: Conversation;
  /** Location that the lead stated. Without it, the number's area or country code gives the time zones. */
  readonly place?: StatedPlace | undefined;
  /** True when the text answers one that the person has just sent: it may leave at any hour. */
  readonly isAnswer?: boolean | undefined;
  /** Twilio's error code, if it reported that the number cannot be reached. */
  readonly unreachable: { readonly code: number } | undefined;
  /** The last refusal of the sender, if there was one (X16). */
  readonly senderRefusal?: SenderRefusal | undefined;
  readonly settings: Settings;
  readonly now: Date;
}

export type Verdict =
  | { readonly kind: 'send' }
  /** The request for START leaves now; the text itself is held until START arrives (C2, C3). */
  | { readonly kind: 'sendOptInRequestFirst'; readonly reason: HoldReason }
  | { readonly kind: 'hold'; readonly reason: HoldReason }
  | { readonly kind: 'defer'; readonly reason: string; readonly until: string }
  | { readonly kind: 'refuse' | 'drop'; readonly reason: string };

/** A verdict, every rule that was consulted in order, and one sentence that explains it (X1). */
export type Decision = Verdict & {
  readonly trace: Trace;
  readonly sentence: string;
  /** Rules that would have stopped an automated text; shown to the agent whose text leaves all the same. */
  readonly warnings: readonly string[];
};

/** The result of one rule. Without a verdict the next rule is consulted. */
export interface RuleResult {
  readonly verdict?: Verdict;
  /** The request for START must leave before this text. */
  readonly optInRequestFirst?: true;
  /** The rule would stop an automated text; an agent's text passes with `explanation` as a warning. */
  readonly warning?: true;
  readonly explanation: string;
}

export interface Rule {
  readonly name: string;
  readonly evaluate: (input: DecisionInput) => RuleResult;
}
