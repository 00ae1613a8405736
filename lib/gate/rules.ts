import { addDuration } from '../automation/automation.ts';
import type { OptInRequestStatus } from '../consent/state.ts';
import { recipientLocation } from '../phone/time-zones.ts';
import { frequencyWindow } from './caps.ts';
import type { DecisionInput, HoldReason, Rule, RuleResult } from './decision.ts';
import { type SendingWindow, sendingWindow } from './sending-window.ts';

/** How long an automated text lets a confirmation go ahead, and how often it looks. */
const CONFIRMATION_HOURS = 24;
const CONFIRMATION_PAUSE_MILLISECONDS = 5000;

/** What an automation's step waits for, an agent is told at once, and nobody needs from a text of the system's. */
function objection(purpose: DecisionInput['purpose'], reason: HoldReason, explanation: string): RuleResult {
  if (purpose === 'agent') return { verdict: { kind: 'refuse', reason }, explanation };
  if (purpose === 'step') return { verdict: { kind: 'hold', reason }, explanation };
  return { verdict: { kind: 'drop', reason }, explanation };
}

/** The request for START that counts for a text: its lead's, where each lead opts in by itself (C4), else the number's. */
export function optInRequestOf({ settings, consent, leadId }: DecisionInput): OptInRequestStatus {
  if (settings.doubleOptIn !== 'perLead' || leadId === undefined) return consent.optInRequest;
  return consent.leadOptInRequests?.[leadId] ?? 'not_sent';
}

const maximumAge: Rule = {
  name: 'maximumAge',
  evaluate: ({ age, now }) => {
    if (!age) return { explanation: 'the text is new' };
    const end = addDuration(age.firstDueAt, age.maximumAge);
    if (end > now.toISOString()) return { explanation: `may leave until ${end}` };
    return {
      verdict: { kind: 'drop', reason: 'tooOld' },
      explanation: `was due at ${age.firstDueAt} and is older than ${age.maximumAge}`,
    };
  },
};

const optedOut: Rule = {
  name: 'optedOut',
  evaluate: ({ purpose, consent, heldFor }) => {
    const isOut = consent.status === 'opted_out';
    if (purpose === 'optOutReply') {
      return isOut
        ? { explanation: 'an opt-out may be confirmed once' }
        : { verdict: { kind: 'drop', reason: 'optedInAgain' }, explanation: 'the number has opted in again' };
    }
    if (!isOut) return { explanation: 'the number has not opted out' };
    const since = consent.lastOptOutAt ?? 'an unknown time';
    if (heldFor === 'waitingForStart') {
      const explanation = `the request for START was answered with an opt-out at ${since}`;
      return { verdict: { kind: 'drop', reason: 'optInRequestRejected' }, explanation };
    }
    return objection(purpose, 'optedOut', `the number opted out at ${since}`);
  },
};

const a2pVerified: Rule = {
  name: 'a2pVerified',
  evaluate: ({ purpose, settings }) => {
    if (settings.a2pVerified) return { explanation: 'the organization is verified for A2P 10DLC' };
    const explanation = 'the organization is not verified for A2P 10DLC';
    // What the system says waits like a step: its age ends it.
    return objection(purpose === 'agent' ? 'agent' : 'step', 'a2pNotVerified', explanation);
  },
};

const carrierBlocked: Rule = {
  name: 'carrierBlocked',
  evaluate: ({ purpose, consent }) => {
    if (!consent.carrierBlocked) return { explanation: 'Twilio holds no block' };
    const explanation = 'Twilio blocks the number until START is texted from it';
    // An opt-in on the web comes before Twilio's list has it: its confirmation waits for that, and is not lost (B3, B7, X9).
    const waits = purpose === 'confirmation' || purpose === 'optInRequest';
    return objection(waits ? 'step' : purpose, 'carrierBlocked', explanation);
  },
};

const review: Rule = {
  name: 'review',
  evaluate: ({ purpose, conversation }) => {
    if (!conversation.review) return { explanation: 'nothing that was received waits for a decision' };
    const explanation = `a text received at ${conversation.review.since} may be an opt-out and waits for a person's decision`;
    if (purpose === 'agent' || purpose === 'optOutReply')
      return { explanation: `${explanation}, which does not bind this text` };
    return { verdict: { kind: 'hold', reason: 'awaitingReview' }, explanation };
  },
};

const requireSmsOptIn: Rule = {
  name: 'requireSmsOptIn',
  evaluate: ({ purpose, settings, consent }) => {
    if (purpose === 'confirmation' && consent.status !== 'opted_in') {
      return {
        verdict: { kind: 'drop', reason: 'noLongerOptedIn' },
        explanation: 'there is no opt-in to confirm any more',
      };
    }
    if (purpose !== 'step') return { explanation: 'applies to automations only' };
    if (!settings.requireSmsOptIn) return { explanation: 'the setting is off' };
    if (consent.status === 'opted_in') return { explanation: `opted in at ${consent.lastOptInAt}` };
    return {
      verdict: { kind: 'hold', reason: 'waitingForConsent' },
      explanation: 'the setting is on and the number has no recorded opt-in',
    };
  },
};

const requireOptInForOneToOne: Rule = {
  name: 'requireOptInForOneToOne',
  evaluate: ({ purpose, settings, consent }) => {
    if (purpose !== 'agent') return { explanation: "applies to agents' texts only" };
    if (!settings.requireOptInForOneToOne) return { explanation: 'the setting is off' };
    if (consent.status === 'opted_in') return { explanation: `opted in at ${consent.lastOptInAt}` };
    return {
      verdict: { kind: 'refuse', reason: 'noOptIn' },
      explanation: 'the number has no opt-in, and the organization requires one for texts of agents',
    };
  },
};

const keyword: Rule = {
  name: 'keyword',
  evaluate: ({ automation, consent }) => {
    const word = automation?.keyword;
    if (word === undefined) return { explanation: 'the text is tied to no keyword' };
    const record = consent.keywords[word];
    if (record?.active) return { explanation: `opted in by ${word} at ${record.since}` };
    const explanation = record
      ? `the opt-in by ${word} is inactive since ${record.since}`
      : `the number never texted the keyword ${word}`;
    return { verdict: { kind: 'hold', reason: 'waitingForKeyword' }, explanation };
  },
};

const textable: Rule = {
  name: 'textable',
  evaluate: ({ unreachable }) =>
    unreachable
      ? {
          verdict: { kind: 'refuse', reason: 'numberUnreachable' },
          explanation: `the carrier cannot deliver to the number (error ${unreachable.code})`,
        }
      : { explanation: 'no carrier has called the number unreachable' },
};

const doubleOptIn: Rule = {
  name: 'doubleOptIn',
  evaluate: (input) => {
    const { purpose, settings, consent } = input;
    if (purpose === 'optInRequest') {
      const isOpen = [consent.optInRequest, ...Object.values(consent.leadOptInRequests ?? {})].includes(
        'sent',
      );
      return isOpen
        ? { explanation: 'the request for START is open' }
        : {
            verdict: { kind: 'drop', reason: 'optInRequestAnswered' },
            explanation: 'the request was answered meanwhile',
          };
    }
    if (purpose !== 'step' && purpose !== 'agent') return { explanation: 'applies to texts to leads only' };
    if (settings.doubleOptIn === 'off') return { explanation: 'the setting is off' };
    const subject = settings.doubleOptIn === 'perLead' ? 'the lead' : 'the number';
    switch (optInRequestOf(input)) {
      case 'accepted':
        return { explanation: `${subject} answered the request with START` };
      case 'not_sent':
        // The request is the system's own text: it waits for the decision that an agent's text need not wait for.
        return input.conversation.review
          ? {
              verdict: { kind: 'hold', reason: 'awaitingReview' },
              explanation: `${subject} must be asked first, which waits until a person has decided on a text that may be an opt-out`,
            }
          : { optInRequestFirst: true, explanation: `${subject} must be asked first, and waits for START` };
      case 'sent':
      case 'rejected':
        return {
          verdict: { kind: 'hold', reason: 'waitingForStart' },
          explanation: `${subject} was asked and has not answered with START`,
        };
    }
  },
};

const confirmationFirst: Rule = {
  name: 'confirmationFirst',
  evaluate: ({ purpose, conversation, now }) => {
    const pending = conversation.pendingConfirmation;
    if (purpose !== 'step' || !pending) return { explanation: 'no confirmation of an opt-in is on its way' };
    const hours = (now.getTime() - Date.parse(pending.since)) / 3_600_000;
    if (hours >= CONFIRMATION_HOURS)
      return { explanation: 'the confirmation of the opt-in did not leave in a day' };
    const until = new Date(now.getTime() + CONFIRMATION_PAUSE_MILLISECONDS).toISOString();
    return {
      verdict: { kind: 'defer', reason: 'confirmationFirst', until },
      explanation: 'the confirmation of the opt-in goes first',
    };
  },
};

/** Whom the hours and caps of automated texts bind: not agents, and no answer to what the person has just texted. */
function bindsAutomations({ purpose, isAnswer }: DecisionInput): boolean {
  return purpose !== 'agent' && purpose !== 'optOutReply' && !isAnswer;
}

function notNow(input: DecisionInput, reason: string, window: SendingWindow): RuleResult {
  if (window.open) return { explanation: window.explanation };
  if (bindsAutomations(input)) {
    return { verdict: { kind: 'defer', reason, until: window.until }, explanation: window.explanation };
  }
  const isAgents = input.purpose === 'agent';
  const explanation = `${window.explanation}, which does not bind ${isAgents ? 'an agent' : 'an answer'}`;
  return isAgents ? { warning: true, explanation } : { explanation };
}

const quietHours: Rule = {
  name: 'quietHours',
  evaluate: (input) => {
    const { consent, place = {}, settings, now } = input;
    const recipient = recipientLocation(consent.number, place, settings.timeZone);
    return notNow(input, 'quietHours', sendingWindow(recipient, settings, now));
  },
};

const caps: Rule = {
  name: 'caps',
  evaluate: (input) => {
    const { consent, conversation, place = {}, automation, settings, now } = input;
    if (input.purpose !== 'step') return { explanation: 'applies to automations only' };
    const { states } = recipientLocation(consent.number, place, settings.timeZone);
    const { recent } = conversation;
    return notNow(input, 'caps', frequencyWindow(recent, automation?.id ?? '', states, settings, now));
  },
};

/** The rules in the order in which they are consulted; the first with a verdict decides (docs/design.md, "The gate"). */
export const RULES: readonly Rule[] = [
  maximumAge,
  optedOut,
  a2pVerified,
  carrierBlocked,
  review,
  requireSmsOptIn,
  requireOptInForOneToOne,
  keyword,
  textable,
  doubleOptIn,
  quietHours,
  caps,
  // Last: it asks again within seconds, which nothing that waits for a morning may do all night (X4).
  confirmationFirst,
];
