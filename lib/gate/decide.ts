import { addDuration } from '../automation/automation.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Trace } from '../messaging/message.ts';
import type { Settings } from '../organization/settings.ts';
import { type StatedPlace, whereabouts } from '../phone/time-zones.ts';
import { sendingWindow } from './sending-window.ts';

/** Why a text waits. Each has an event that ends the waiting (see `wakes` in lib/automation/waking.ts). */
export const holdReasons = ['optedOut', 'a2pNotVerified', 'carrierBlocked', 'waitingForConsent'] as const;
export type HoldReason = (typeof holdReasons)[number];

/** What the gate is asked about. Everything it may consult is here: no clock, no I/O. */
export interface Question {
  /** An automation's step, or a text that an agent wrote. */
  readonly author: 'automation' | 'agent';
  /** When the step became due for the first time, and how old it may become; an agent's text does not age. */
  readonly age?: { readonly firstDueAt: string; readonly maximumAge: string };
  readonly consent: ConsentState;
  /** Where the lead says they are; without it the number tells. */
  readonly place?: StatedPlace;
  /** What the carrier said when it called the number unreachable. */
  readonly unreachable: { readonly code: number } | undefined;
  readonly settings: Settings;
  readonly now: Date;
}

export type Verdict =
  | { readonly kind: 'send' }
  | { readonly kind: 'hold'; readonly reason: HoldReason }
  | { readonly kind: 'defer'; readonly reason: string; readonly until: string }
  | { readonly kind: 'refuse' | 'drop'; readonly reason: string };

/** A verdict, the rules that led to it in their order (X1), and the whole as one sentence. */
export type Decision = Verdict & { readonly trace: Trace; readonly sentence: string };

interface Finding {
  readonly verdict?: Verdict;
  readonly says: string;
}
interface Rule {
  readonly name: string;
  readonly consult: (question: Question) => Finding;
}

/** An agent is told no; an automation's text waits for better days. */
function holdOrRefuse(author: Question['author'], reason: HoldReason): Verdict {
  return author === 'agent' ? { kind: 'refuse', reason } : { kind: 'hold', reason };
}

/** The rules in the order in which they are consulted; the first with a verdict decides (DESIGN.md, "The gate"). */
const RULES: readonly Rule[] = [
  {
    name: 'maximumAge',
    consult: ({ age, now }) => {
      if (!age) return { says: 'an agent wrote the text just now' };
      const end = addDuration(age.firstDueAt, age.maximumAge);
      if (end > now.toISOString()) return { says: `may leave until ${end}` };
      return {
        verdict: { kind: 'drop', reason: 'tooOld' },
        says: `was due at ${age.firstDueAt} and is older than ${age.maximumAge}`,
      };
    },
  },
  {
    name: 'optedOut',
    consult: ({ author, consent }) => {
      if (consent.standing !== 'opted_out') return { says: 'the number has not opted out' };
      const since = consent.lastOptOutAt ?? 'an unknown time';
      return { verdict: holdOrRefuse(author, 'optedOut'), says: `the number opted out at ${since}` };
    },
  },
  {
    name: 'a2pVerified',
    consult: ({ author, settings }) =>
      settings.a2pVerified
        ? { says: 'the organization is verified for A2P 10DLC' }
        : {
            verdict: holdOrRefuse(author, 'a2pNotVerified'),
            says: 'the organization is not verified for A2P 10DLC',
          },
  },
  {
    name: 'carrierBlocked',
    consult: ({ author, consent }) =>
      consent.carrierBlocked
        ? {
            verdict: holdOrRefuse(author, 'carrierBlocked'),
            says: 'Twilio blocks the number until START is texted from it',
          }
        : { says: 'Twilio holds no block' },
  },
  {
    name: 'requireSmsOptIn',
    consult: ({ author, settings, consent }) => {
      if (author === 'agent') return { says: "does not apply to an agent's text" };
      if (!settings.requireSmsOptIn) return { says: 'the setting is off' };
      if (consent.standing === 'opted_in') return { says: `opted in at ${consent.lastOptInAt}` };
      return {
        verdict: { kind: 'hold', reason: 'waitingForConsent' },
        says: 'the setting is on and the number has no recorded opt-in',
      };
    },
  },
  {
    name: 'textable',
    consult: ({ unreachable }) =>
      unreachable
        ? {
            verdict: { kind: 'refuse', reason: 'numberUnreachable' },
            says: `the carrier cannot deliver to the number (error ${unreachable.code})`,
          }
        : { says: 'no carrier has called the number unreachable' },
  },
  {
    name: 'quietHours',
    consult: ({ author, consent, place = {}, settings, now }) => {
      const window = sendingWindow(whereabouts(consent.number, place, settings.timeZone), settings, now);
      if (window.open) return { says: window.says };
      if (author === 'agent') return { says: `${window.says}, which does not bind an agent` };
      return { verdict: { kind: 'defer', reason: 'quietHours', until: window.until }, says: window.says };
    },
  },
];

const VERBS = { send: 'sent', hold: 'held', defer: 'deferred', refuse: 'refused', drop: 'dropped' } as const;

/**
 * Decides whether a text may leave now. Pure: the same question always has the same answer.
 *
 * @returns the verdict of the first rule that objects, or `send`, with every rule consulted up to there.
 */
export function decide(question: Question): Decision {
  const trace: Trace = [];
  for (const { name, consult } of RULES) {
    const { verdict, says } = consult(question);
    trace.push({ rule: name, result: says });
    if (verdict) return { ...verdict, trace, sentence: `${VERBS[verdict.kind]}: ${says}` };
  }
  return { kind: 'send', trace, sentence: 'sent: every rule agrees' };
}
