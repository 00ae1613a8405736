import { wake } from '../automation/progress.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { sayUnrendered } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';
import { whereabouts } from '../phone/time-zones.ts';
import { remember } from './caps.ts';
import { decide } from './decide.ts';
import type { DueText } from './due-text.ts';
import type { OutboxFacts, StepFacts } from './load-decision-input.ts';
import { PROMPT, promptWords } from './opt-in-request.ts';
import type { Decision } from './decision.ts';
import { singleText } from './due-single-text.ts';
import { stepText } from './due-step.ts';

export type Facts = StepFacts | OutboxFacts;

export const verdicts = ['send', 'sendPromptFirst', 'hold', 'defer', 'refuse', 'drop', 'stop'] as const;
/** What the gate would say; `stop`: its automation is gone. */
export type ForecastVerdict = (typeof verdicts)[number];

/** What would become of a text. */
export interface Forecast {
  /** E.164. */
  readonly number: string;
  readonly leadId: string | undefined;
  readonly automationId: string | undefined;
  readonly verdict: ForecastVerdict;
  /** Absent for one that would leave. */
  readonly reason: string | undefined;
  readonly sentence: string;
  /** When what would leave does, ISO 8601 UTC, and as it would read: the text, or the request for START ahead of it. */
  readonly leaves: { readonly at: string; readonly body: string } | undefined;
  /** The time zones that the recipient may be in. */
  readonly zones: readonly string[];
}

/** What earlier texts of the same look ahead would have done to a number. */
interface Expected {
  readonly consent: ConsentState;
  readonly conversation: Conversation;
}

/**
 * Says what would become of one text after the other, by the very steps that the gate takes, and writes nothing (X12). Two texts
 * to one number know of each other: the second finds the first counted by caps, and the request for START sent.
 *
 * @param change settings that are not saved: what if they were.
 */
export function createForecaster(change: Partial<Settings> = {}) {
  const expected = new Map<string, Expected>();
  /**
   * @param facts of the text. One that waits is decided as if it were woken.
   * @param at when the gate would decide: a text is not decided before it is due.
   * @returns undefined for one that has moved on and is neither due nor waiting any more.
   */
  return function forecast(facts: Facts, at: Date): Forecast | undefined {
    const given = { ...facts, settings: { ...facts.settings, ...change } };
    const known = { ...given, ...expected.get(given.consent.number) };
    const prepared = prepare(known, at);
    switch (prepared.kind) {
      case 'notDue':
      case 'again':
        return undefined;
      case 'holds':
        return { ...describe(known), verdict: 'hold', ...prepared.why, leaves: undefined };
      case 'moves': {
        const verdict = prepared.outcome === 'stopped' ? 'stop' : 'defer';
        return { ...describe(known), verdict, ...prepared.why, leaves: undefined };
      }
      case 'ready': {
        const { text } = prepared;
        const { settings, consent, conversation } = text;
        const decision = decide({ ...text.asks, settings, consent, conversation, now: at });
        expected.set(text.number, afterwards(text, decision, at));
        return { ...describe(known), ...carriedOut(text, decision, at) };
      }
    }
  };
}

/** No table: what is prepared here is never written. */
const NO_TABLE = '';

function prepare(facts: Facts, at: Date) {
  if ('outbox' in facts) {
    const outbox = facts.outbox?.status === 'waiting' ? wake(facts.outbox, at) : facts.outbox;
    return singleText(NO_TABLE, { ...facts, outbox }, at);
  }
  const { enrollment: found } = facts;
  const enrollment = found?.status === 'waiting' ? wake(found, at) : found;
  const step = enrollment?.step ?? 0;
  const asked = { leadId: '', automationId: '', step, number: facts.consent.number };
  return stepText(NO_TABLE, asked, { ...facts, enrollment }, at);
}

function describe(facts: Facts) {
  const isStep = 'enrollment' in facts;
  const { number } = facts.consent;
  const { zones } = whereabouts(number, facts.lead?.details ?? {}, facts.settings.timeZone);
  return {
    number,
    leadId: isStep ? facts.enrollment?.leadId : facts.outbox?.leadId,
    automationId: isStep ? facts.enrollment?.automationId : undefined,
    zones,
  };
}

function carriedOut(text: DueText, decision: Decision, at: Date) {
  const { kind, sentence } = decision;
  const reason = 'reason' in decision ? decision.reason : undefined;
  const said = { verdict: kind, reason, sentence };
  if (kind === 'sendPromptFirst') {
    return { ...said, leaves: { at: at.toISOString(), body: promptWords(text.settings).whole } };
  }
  if (kind !== 'send' && kind !== 'defer') return { ...said, leaves: undefined };
  const rendered = text.render();
  if (rendered.kind !== 'rendered') {
    const refused = { verdict: 'refuse', reason: rendered.kind } as const;
    return { ...refused, sentence: `refused: ${sayUnrendered(rendered)}`, leaves: undefined };
  }
  const when = kind === 'defer' ? decision.until : at.toISOString();
  return { ...said, leaves: { at: when, body: rendered.body } };
}

function afterwards(
  { number, asks, settings, consent, conversation }: DueText,
  { kind }: Decision,
  now: Date,
): Expected {
  const at = now.toISOString();
  const counted = (automationId: string) => ({
    ...conversation,
    recent: remember(conversation.recent, { at, automationId }, now),
  });
  if (kind === 'sendPromptFirst') {
    const { leadId } = asks;
    const isLeads = settings.doubleOptIn === 'perLead' && leadId !== undefined;
    const prompted: ConsentState = isLeads
      ? { ...consent, number, leadPrompts: { ...consent.leadPrompts, [leadId]: 'sent' } }
      : { ...consent, number, prompt: 'sent' };
    return { consent: prompted, conversation: counted(PROMPT) };
  }
  if (kind === 'send' && asks.automation) {
    return { consent, conversation: counted(asks.automation.id) };
  }
  return { consent, conversation };
}
