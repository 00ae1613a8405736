import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { Purpose, Trace } from '../messaging/message.ts';
import type { Settings } from '../organization/settings.ts';

import type { StatedPlace } from '../phone/time-zones.ts';

/** Why a text waits. Each has an event that ends the waiting (see lib/gate/wake.ts). */
export const holdReasons = [
  'optedOut',
  'a2pNotVerified',
  'carrierBlocked',
  'awaitingReview',
  'waitingForConsent',
  'waitingForKeyword',
  'waitingForStart',
] as const;
export type HoldReason = (typeof holdReasons)[number];

/** What the gate is asked about. Everything it may consult is here: no clock, no I/O. */
export interface DecisionInput {
  /** An automation's step, or what a single text is for. */
  readonly purpose: 'step' | Purpose;
  /** When the text became due for the first time, and how old it may become; absent for one that is only asked about. */
  readonly age?: { readonly firstDueAt: string; readonly maximumAge: string };
  /** The automation that the step belongs to, and the keyword that it is tied to (T5). */
  readonly automation?: { readonly id: string; readonly keyword?: string | undefined };
  /** The lead that the text is for; where each lead opts in by itself, its own request counts (C4). */
  readonly leadId: string | undefined;
  /** What the text waited for when it last waited. */
  readonly heldFor: string | undefined;
  readonly consent: ConsentState;
  readonly conversation: Conversation;
  /** Where the lead says they are; without it the number tells. */
  readonly place?: StatedPlace | undefined;
  /** The text answers one that the person has just sent: it may leave at any hour. */
  readonly isAnswer?: boolean | undefined;
  /** What the carrier said when it called the number unreachable. */
  readonly unreachable: { readonly code: number } | undefined;
  readonly settings: Settings;
  readonly now: Date;
}

export type Verdict =
  | { readonly kind: 'send' }
  /** The opt-in template first; the text itself is held for START (C2, C3). */
  | { readonly kind: 'sendOptInRequestFirst'; readonly reason: HoldReason }
  | { readonly kind: 'hold'; readonly reason: HoldReason }
  | { readonly kind: 'defer'; readonly reason: string; readonly until: string }
  | { readonly kind: 'refuse' | 'drop'; readonly reason: string };

/** A verdict, the rules that led to it in their order (X1), and the whole as one sentence. */
export type Decision = Verdict & {
  readonly trace: Trace;
  readonly sentence: string;
  /** What an agent should know though the text leaves. */
  readonly warnings: readonly string[];
};

/** What one rule says. Without a verdict the next rule is consulted. */
export interface RuleResult {
  readonly verdict?: Verdict;
  /** The text may leave after the opt-in template only. */
  readonly optInRequestFirst?: true;
  /** The rule objects to an automated text; an agent's passes and is told. */
  readonly warning?: true;
  readonly explanation: string;
}

export interface Rule {
  readonly name: string;
  readonly evaluate: (question: DecisionInput) => RuleResult;
}
