import { addDuration } from '../automation/automation.ts';
import type { OptInRequestPeriod, OptInRequestStatus } from '../consent/state.ts';
import { carrierErrorOf } from '../messaging/carrier-errors.ts';
import { recipientLocation } from '../phone/time-zones.ts';
import { frequencyWindow } from './caps.ts';
import type { DecisionInput, HoldReason, Rule, RuleResult } from './decision.ts';
import { isOpenRefusal } from './sender-refusal.ts';
import { type SendingWindow, sendingWindow } from './sending-window.ts';

/** An automated text waits at most this long for the confirmation of an opt-in to leave first. */
const CONFIRMATION_HOURS = 24;
/** A text that waits for a confirmation is decided again after this pause. */
const CONFIRMATION_PAUSE_MILLISECONDS = 5000;
/** A step is decided again after this pause while the text before it is in doubt: reconcile settles it within minutes. */
const PREVIOUS_STEP_PAUSE_MILLISECONDS = 60_000;

/** Objects according to the text's purpose: a step is held, an agent's text is refused, a text of the system is dropped. */
function objectByPurpose(
  purpose: DecisionInput['purpose'],
  reason: HoldReason,
  explanation: string,
): RuleResult {
  if (purpose === 'agent') return { verdict: { kind: 'refuse', reason }, explanation };
  if (purpose === 'step') return { verdict: { kind: 'hold', reason }, explanation };
  return { verdict: { kind: 'drop', reason }, explanation };
}

/** Selects the request for START that counts for a text: in per-lead mode the lead's own (C4), else the number's. */
export function optInRequestOf({ settings, consent, leadId }: DecisionInput): OptInRequestStatus {
  if (settings.doubleOptIn !== 'perLead' || leadId === undefined) return consent.optInRequest;
  return consent.leadOptInRequests?.[leadId] ?? 'not_sent';
}

/** Selects the period of the request that `optInRequestOf` selects; undefined when none was sent. */
function optInRequestPeriodOf({ settings, consent, leadId }: DecisionInput): OptInRequestPeriod | undefined {
  if (settings.doubleOptIn !== 'perLead' || leadId === undefined) return consent.optInRequestPeriod;
  return consent.leadOptInRequestPeriods?.[leadId];
}

/** Drops a text that waited longer than its maximum age, so that a late opt-in releases no stale text. */
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

/** Refuses a text that was written for a lead once the lead has another number (T3, B2). */
const leadsNumber: Rule = {
  name: 'leadsNumber',
  evaluate: ({ purpose, leadNumber, consent }) => {
    if (leadNumber === undefined || leadNumber === consent.number) {
      return { explanation: 'the text is for the number that it goes to' };
    }
    return {
      verdict: { kind: purpose === 'agent' ? 'refuse' : 'drop', reason: 'numberChanged' },
      explanation: 'the lead that the text is for has another number by now',
    };
  },
};

/**
 * Sends nothing to a number that has opted out, by STOP in reply to any text (B6) or otherwise, until it opts in explicitly
 * again (S4, S5). Only the one answer that confirms the opt-out may leave. A text that waited for START is dropped when
 * STOP comes instead (C3, C5).
 */
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
    return objectByPurpose(purpose, 'optedOut', `the number opted out at ${since}`);
  },
};

/** Sends nothing until the organization is verified for A2P 10DLC (C8). */
const a2pVerified: Rule = {
  name: 'a2pVerified',
  evaluate: ({ purpose, settings }) => {
    if (settings.a2pVerified) return { explanation: 'the organization is verified for A2P 10DLC' };
    const explanation = 'the organization is not verified for A2P 10DLC';
    // A text of the system is held like a step, until its maximum age.
    return objectByPurpose(purpose === 'agent' ? 'agent' : 'step', 'a2pNotVerified', explanation);
  },
};

/**
 * Sends nothing while Twilio or the carriers refuse the sender or the account, so that no text is lost to that (X16). From time to
 * time one text tries whether it is taken again.
 */
const senderAccepted: Rule = {
  name: 'senderAccepted',
  evaluate: ({ purpose, settings, senderRefusal, now }) => {
    if (!senderRefusal || !isOpenRefusal(senderRefusal, settings.senderClearedAt)) {
      return { explanation: 'no refusal of the sender is known' };
    }
    const { code, refusedAt, nextProbeAt } = senderRefusal;
    const refused = `the sender was refused at ${refusedAt} (error ${code}: ${carrierErrorOf(code).sentence})`;
    if (nextProbeAt <= now.toISOString()) return { explanation: `${refused}, and this text tries it again` };
    return objectByPurpose(purpose === 'agent' ? 'agent' : 'step', 'senderRefused', refused);
  },
};

/** Sends nothing to a number that Twilio blocks (X9). */
const carrierBlocked: Rule = {
  name: 'carrierBlocked',
  evaluate: ({ purpose, consent }) => {
    if (!consent.carrierBlocked) return { explanation: 'Twilio holds no block' };
    const explanation = 'Twilio blocks the number until START is texted from it';
    // Twilio's list learns of an opt-in on the web some time later: until then its confirmation is held, not lost (B3, B7).
    const waits = purpose === 'confirmation' || purpose === 'optInRequest';
    return objectByPurpose(waits ? 'step' : purpose, 'carrierBlocked', explanation);
  },
};

/** Holds automated texts while a received text that may be an opt-out waits for a person's decision (X7). */
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

/**
 * While `requireSmsOptIn` is on, sends automated texts only to numbers with a recorded opt-in (H2, S2). A number without one
 * is held silently until it opts in (H3). Agents' texts pass (H12).
 */
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

/** While `requireOptInForOneToOne` is on, refuses an agent's text to a number without an opt-in (T8). */
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

/** Sends a text of an automation that is tied to a keyword only to numbers with an active opt-in for it (T5). */
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

/** Refuses a text to a number that the carrier reported as unreachable. */
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

/**
 * In double opt-in, sends the request for START ahead of the first text (C2) and holds every text until START (C3). In
 * per-lead mode each lead needs its own START (C4).
 */
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
        return askFirst(input, subject);
      case 'sent': {
        const { sentAt, until } = optInRequestPeriodOf(input) ?? {};
        if (until === undefined || until >= input.now.toISOString()) break;
        // A person who did not answer is asked again for a new text only, and not for the one that asked.
        if (input.heldFor !== 'waitingForStart') return askFirst(input, subject);
        return {
          verdict: { kind: 'hold', reason: 'waitingForStart' },
          explanation: `${subject} was asked at ${sentAt}, and the request ended at ${until} without START`,
        };
      }
      case 'rejected':
        break;
    }
    return {
      verdict: { kind: 'hold', reason: 'waitingForStart' },
      explanation: `${subject} was asked and has not answered with START`,
    };
  },
};

/** Lets the request for START go first. A review does not stop an agent's text, but it does stop that request. */
function askFirst({ conversation }: DecisionInput, subject: string): RuleResult {
  return conversation.review
    ? {
        verdict: { kind: 'hold', reason: 'awaitingReview' },
        explanation: `${subject} must be asked first, which waits until a person has decided on a text that may be an opt-out`,
      }
    : { optInRequestFirst: true, explanation: `${subject} must be asked first, and waits for START` };
}

/** Defers a step while the text of the step before is in doubt, so that texts arrive in the order of the steps. */
const previousStep: Rule = {
  name: 'previousStep',
  evaluate: ({ isPreviousInDoubt, now }) => {
    if (!isPreviousInDoubt) return { explanation: 'no earlier text of the automation is in doubt' };
    const until = new Date(now.getTime() + PREVIOUS_STEP_PAUSE_MILLISECONDS).toISOString();
    return {
      verdict: { kind: 'defer', reason: 'previousInDoubt', until },
      explanation: 'it is not known yet whether Twilio has the text of the step before',
    };
  },
};

/** Lets the confirmation of an opt-in leave before any automated text (B3). */
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

/** Hours and caps bind all texts except agents' texts and answers to a text that the person has just sent. */
function isBoundByWindows({ purpose, isAnswer }: DecisionInput): boolean {
  return purpose !== 'agent' && purpose !== 'optOutReply' && !isAnswer;
}

/** Defers a text to the next opening of a window. An agent's text passes with a warning, an answer without one. */
function deferToWindow(input: DecisionInput, reason: string, window: SendingWindow): RuleResult {
  if (window.open) return { explanation: window.explanation };
  if (isBoundByWindows(input)) {
    return { verdict: { kind: 'defer', reason, until: window.until }, explanation: window.explanation };
  }
  const isAgents = input.purpose === 'agent';
  const explanation = `${window.explanation}, which does not bind ${isAgents ? 'an agent' : 'an answer'}`;
  return isAgents ? { warning: true, explanation } : { explanation };
}

/** Defers a text outside the lawful and the organization's hours in the recipient's time zones (X6). */
const quietHours: Rule = {
  name: 'quietHours',
  evaluate: (input) => {
    const { consent, place = {}, settings, now } = input;
    const recipient = recipientLocation(consent.number, place, settings.timeZone);
    return deferToWindow(input, 'quietHours', sendingWindow(recipient, settings, now));
  },
};

/** Defers a step to a number that has had as many automated texts as the caps allow (X6). */
const caps: Rule = {
  name: 'caps',
  evaluate: (input) => {
    const { consent, conversation, place = {}, automation, settings, now } = input;
    if (input.purpose !== 'step') return { explanation: 'applies to automations only' };
    const { states } = recipientLocation(consent.number, place, settings.timeZone);
    const { recent } = conversation;
    return deferToWindow(input, 'caps', frequencyWindow(recent, automation?.id ?? '', states, settings, now));
  },
};

/** The rules in the order in which they are consulted; the first with a verdict decides (docs/design.md, "The gate"). */
export const RULES: readonly Rule[] = [
  maximumAge,
  leadsNumber,
  optedOut,
  a2pVerified,
  senderAccepted,
  carrierBlocked,
  review,
  requireSmsOptIn,
  requireOptInForOneToOne,
  keyword,
  textable,
  doubleOptIn,
  quietHours,
  caps,
  previousStep,
  // Must stay last: it defers by seconds only. A text that waits for the morning must not be decided again all night (X4).
  confirmationFirst,
];
