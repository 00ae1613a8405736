import { addDuration } from '../automation/automation.ts';
import type { Prompt } from '../consent/state.ts';
import { whereabouts } from '../phone/time-zones.ts';
import { frequencyWindow } from './caps.ts';
import type { Finding, HoldReason, Question, Rule } from './decision.ts';
import { type SendingWindow, sendingWindow } from './sending-window.ts';

/** How long an automated text lets a confirmation go ahead, and how often it looks. */
const CONFIRMATION_HOURS = 24;
const CONFIRMATION_PAUSE_MILLISECONDS = 5000;

/** What an automation's step waits for, an agent is told at once, and nobody needs from a text of the system's. */
function objection(purpose: Question['purpose'], reason: HoldReason, says: string): Finding {
  if (purpose === 'agent') return { verdict: { kind: 'refuse', reason }, says };
  if (purpose === 'step') return { verdict: { kind: 'hold', reason }, says };
  return { verdict: { kind: 'drop', reason }, says };
}

/** The request for START that counts for a text: its lead's, where each lead opts in by itself (C4), else the number's. */
export function promptOf({ settings, consent, leadId }: Question): Prompt {
  if (settings.doubleOptIn !== 'perLead' || leadId === undefined) return consent.prompt;
  return consent.leadPrompts?.[leadId] ?? 'not_sent';
}

const maximumAge: Rule = {
  name: 'maximumAge',
  consult: ({ age, now }) => {
    if (!age) return { says: 'the text is new' };
    const end = addDuration(age.firstDueAt, age.maximumAge);
    if (end > now.toISOString()) return { says: `may leave until ${end}` };
    return {
      verdict: { kind: 'drop', reason: 'tooOld' },
      says: `was due at ${age.firstDueAt} and is older than ${age.maximumAge}`,
    };
  },
};

const optedOut: Rule = {
  name: 'optedOut',
  consult: ({ purpose, consent, heldFor }) => {
    const isOut = consent.standing === 'opted_out';
    if (purpose === 'optOutReply') {
      return isOut
        ? { says: 'an opt-out may be confirmed once' }
        : { verdict: { kind: 'drop', reason: 'optedInAgain' }, says: 'the number has opted in again' };
    }
    if (!isOut) return { says: 'the number has not opted out' };
    const since = consent.lastOptOutAt ?? 'an unknown time';
    if (heldFor === 'waitingForStart') {
      const says = `the request for START was answered with an opt-out at ${since}`;
      return { verdict: { kind: 'drop', reason: 'promptRejected' }, says };
    }
    return objection(purpose, 'optedOut', `the number opted out at ${since}`);
  },
};

const a2pVerified: Rule = {
  name: 'a2pVerified',
  consult: ({ purpose, settings }) => {
    if (settings.a2pVerified) return { says: 'the organization is verified for A2P 10DLC' };
    const says = 'the organization is not verified for A2P 10DLC';
    // What the system says waits like a step: its age ends it.
    return objection(purpose === 'agent' ? 'agent' : 'step', 'a2pNotVerified', says);
  },
};

const carrierBlocked: Rule = {
  name: 'carrierBlocked',
  consult: ({ purpose, consent }) => {
    if (!consent.carrierBlocked) return { says: 'Twilio holds no block' };
    const says = 'Twilio blocks the number until START is texted from it';
    // An opt-in on the web comes before Twilio's list has it: its confirmation waits for that, and is not lost (B3, B7, X9).
    const waits = purpose === 'confirmation' || purpose === 'prompt';
    return objection(waits ? 'step' : purpose, 'carrierBlocked', says);
  },
};

const review: Rule = {
  name: 'review',
  consult: ({ purpose, conversation }) => {
    if (!conversation.review) return { says: 'nothing that was received waits for a decision' };
    const says = `a text received at ${conversation.review.since} may be an opt-out and waits for a person's decision`;
    if (purpose === 'agent' || purpose === 'optOutReply')
      return { says: `${says}, which does not bind this text` };
    return { verdict: { kind: 'hold', reason: 'awaitingReview' }, says };
  },
};

const requireSmsOptIn: Rule = {
  name: 'requireSmsOptIn',
  consult: ({ purpose, settings, consent }) => {
    if (purpose === 'confirmation' && consent.standing !== 'opted_in') {
      return {
        verdict: { kind: 'drop', reason: 'noLongerOptedIn' },
        says: 'there is no opt-in to confirm any more',
      };
    }
    if (purpose !== 'step') return { says: 'applies to automations only' };
    if (!settings.requireSmsOptIn) return { says: 'the setting is off' };
    if (consent.standing === 'opted_in') return { says: `opted in at ${consent.lastOptInAt}` };
    return {
      verdict: { kind: 'hold', reason: 'waitingForConsent' },
      says: 'the setting is on and the number has no recorded opt-in',
    };
  },
};

const requireOptInForOneToOne: Rule = {
  name: 'requireOptInForOneToOne',
  consult: ({ purpose, settings, consent }) => {
    if (purpose !== 'agent') return { says: "applies to agents' texts only" };
    if (!settings.requireOptInForOneToOne) return { says: 'the setting is off' };
    if (consent.standing === 'opted_in') return { says: `opted in at ${consent.lastOptInAt}` };
    return {
      verdict: { kind: 'refuse', reason: 'noOptIn' },
      says: 'the number has no opt-in, and the organization requires one for texts of agents',
    };
  },
};

const keyword: Rule = {
  name: 'keyword',
  consult: ({ automation, consent }) => {
    const word = automation?.keyword;
    if (word === undefined) return { says: 'the text is tied to no keyword' };
    const record = consent.keywords[word];
    if (record?.active) return { says: `opted in by ${word} at ${record.since}` };
    const says = record
      ? `the opt-in by ${word} is inactive since ${record.since}`
      : `the number never texted the keyword ${word}`;
    return { verdict: { kind: 'hold', reason: 'waitingForKeyword' }, says };
  },
};

const textable: Rule = {
  name: 'textable',
  consult: ({ unreachable }) =>
    unreachable
      ? {
          verdict: { kind: 'refuse', reason: 'numberUnreachable' },
          says: `the carrier cannot deliver to the number (error ${unreachable.code})`,
        }
      : { says: 'no carrier has called the number unreachable' },
};

const doubleOptIn: Rule = {
  name: 'doubleOptIn',
  consult: (question) => {
    const { purpose, settings, consent } = question;
    if (purpose === 'prompt') {
      const isOpen = [consent.prompt, ...Object.values(consent.leadPrompts ?? {})].includes('sent');
      return isOpen
        ? { says: 'the request for START is open' }
        : { verdict: { kind: 'drop', reason: 'promptAnswered' }, says: 'the request was answered meanwhile' };
    }
    if (purpose !== 'step' && purpose !== 'agent') return { says: 'applies to texts to leads only' };
    if (settings.doubleOptIn === 'off') return { says: 'the setting is off' };
    const subject = settings.doubleOptIn === 'perLead' ? 'the lead' : 'the number';
    switch (promptOf(question)) {
      case 'accepted':
        return { says: `${subject} answered the request with START` };
      case 'not_sent':
        // The request is the system's own text: it waits for the decision that an agent's text need not wait for.
        return question.conversation.review
          ? {
              verdict: { kind: 'hold', reason: 'awaitingReview' },
              says: `${subject} must be asked first, which waits until a person has decided on a text that may be an opt-out`,
            }
          : { promptFirst: true, says: `${subject} must be asked first, and waits for START` };
      case 'sent':
      case 'rejected':
        return {
          verdict: { kind: 'hold', reason: 'waitingForStart' },
          says: `${subject} was asked and has not answered with START`,
        };
    }
  },
};

const confirmationFirst: Rule = {
  name: 'confirmationFirst',
  consult: ({ purpose, conversation, now }) => {
    const pending = conversation.pendingConfirmation;
    if (purpose !== 'step' || !pending) return { says: 'no confirmation of an opt-in is on its way' };
    const hours = (now.getTime() - Date.parse(pending.since)) / 3_600_000;
    if (hours >= CONFIRMATION_HOURS) return { says: 'the confirmation of the opt-in did not leave in a day' };
    const until = new Date(now.getTime() + CONFIRMATION_PAUSE_MILLISECONDS).toISOString();
    return {
      verdict: { kind: 'defer', reason: 'confirmationFirst', until },
      says: 'the confirmation of the opt-in goes first',
    };
  },
};

/** Whom the hours and caps of automated texts bind: not agents, and no answer to what the person has just texted. */
function bindsAutomations({ purpose, isAnswer }: Question): boolean {
  return purpose !== 'agent' && purpose !== 'optOutReply' && !isAnswer;
}

function notNow(question: Question, reason: string, window: SendingWindow): Finding {
  if (window.open) return { says: window.says };
  if (bindsAutomations(question)) {
    return { verdict: { kind: 'defer', reason, until: window.until }, says: window.says };
  }
  const isAgents = question.purpose === 'agent';
  const says = `${window.says}, which does not bind ${isAgents ? 'an agent' : 'an answer'}`;
  return isAgents ? { warning: true, says } : { says };
}

const quietHours: Rule = {
  name: 'quietHours',
  consult: (question) => {
    const { consent, place = {}, settings, now } = question;
    const recipient = whereabouts(consent.number, place, settings.timeZone);
    return notNow(question, 'quietHours', sendingWindow(recipient, settings, now));
  },
};

const caps: Rule = {
  name: 'caps',
  consult: (question) => {
    const { consent, conversation, place = {}, automation, settings, now } = question;
    if (question.purpose !== 'step') return { says: 'applies to automations only' };
    const { states } = whereabouts(consent.number, place, settings.timeZone);
    const { recent } = conversation;
    return notNow(question, 'caps', frequencyWindow(recent, automation?.id ?? '', states, settings, now));
  },
};

/** The rules in the order in which they are consulted; the first with a verdict decides (DESIGN.md, "The gate"). */
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
