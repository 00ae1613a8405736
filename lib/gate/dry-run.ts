import { wakePending } from '../automation/progress.ts';
import type { ConsentState } from '../consent/state.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { sayUnrendered } from '../messaging/template.ts';
import type { Settings } from '../organization/settings.ts';
import { recipientLocation } from '../phone/time-zones.ts';
import { addRecentSend } from './caps.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { prepareSingleText } from './due-single-text.ts';
import { prepareStep } from './due-step.ts';
import type { DueText } from './due-text.ts';
import type { LoadedSingleText, LoadedStep } from './load-decision-input.ts';
import { OPT_IN_REQUEST, optInRequestWords } from './opt-in-request.ts';

export type LoadedText = LoadedStep | LoadedSingleText;

export const dryRunVerdicts = [
  'send',
  'sendOptInRequestFirst',
  'hold',
  'defer',
  'refuse',
  'drop',
  'stop',
] as const;
/** The gate's verdict; `stop` means that the automation or the step was removed. */
export type DryRunVerdict = (typeof dryRunVerdicts)[number];

/** The outcome that the gate would give one text. */
export interface DryRunText {
  /** E.164. */
  readonly number: string;
  readonly leadId: string | undefined;
  readonly automationId: string | undefined;
  readonly verdict: DryRunVerdict;
  /** Absent for a text that would leave. */
  readonly reason: string | undefined;
  readonly sentence: string;
  /** The moment (ISO 8601 UTC) and the words of the text that would leave: this one, or the request for START ahead of it. */
  readonly leaves: { readonly at: string; readonly body: string } | undefined;
  /** IANA time zones that the recipient may be in. */
  readonly zones: readonly string[];
}

/** A number's consent and conversation after the earlier texts of the same dry run. */
interface Expected {
  readonly consent: ConsentState;
  readonly conversation: Conversation;
}

/**
 * Creates a dry run: it decides one text after the other through the gate's own functions and writes nothing (X12). It
 * remembers each number, so that the second text to a number finds the first one counted by the caps, and the request for
 * START already sent.
 *
 * @param change settings to try out, laid over the saved ones.
 */
export function createDryRun(change: Partial<Settings> = {}) {
  const expected = new Map<string, Expected>();
  /**
   * Decides one text without sending it.
   *
   * @param loaded the input that was read for the text. A waiting text is decided as if it were woken.
   * @param at the moment at which the gate would decide; no earlier than the text is due.
   * @returns undefined for a text that is neither due nor waiting any more.
   */
  return function dryRun(loaded: LoadedText, at: Date): DryRunText | undefined {
    const changed = { ...loaded, settings: { ...loaded.settings, ...change } };
    const current = { ...changed, ...expected.get(changed.consent.number) };
    const prepared = prepare(current, at);
    switch (prepared.kind) {
      case 'skip':
      case 'retry':
        return undefined;
      case 'hold':
        return { ...describe(current), verdict: 'hold', ...prepared.why, leaves: undefined };
      case 'update': {
        const verdict = prepared.outcome === 'stopped' ? 'stop' : 'defer';
        return { ...describe(current), verdict, ...prepared.why, leaves: undefined };
      }
      case 'ready': {
        const { text } = prepared;
        const { settings, consent, conversation } = text;
        const decision = decide({ ...text.input, settings, consent, conversation, now: at });
        expected.set(text.number, expectedAfter(text, decision, at));
        return { ...describe(current), ...outcomeOf(text, decision, at) };
      }
    }
  };
}

/** Stands in for the table's name: the prepared writes are never sent. */
const NO_TABLE = '';

function prepare(loaded: LoadedText, at: Date) {
  if ('singleText' in loaded) {
    const singleText =
      loaded.singleText?.status === 'waiting' ? wakePending(loaded.singleText, at) : loaded.singleText;
    return prepareSingleText(NO_TABLE, { ...loaded, singleText }, at);
  }
  const enrollment =
    loaded.enrollment?.status === 'waiting' ? wakePending(loaded.enrollment, at) : loaded.enrollment;
  const dueStep = {
    leadId: '',
    automationId: '',
    step: enrollment?.step ?? 0,
    number: loaded.consent.number,
  };
  return prepareStep(NO_TABLE, dueStep, { ...loaded, enrollment }, at);
}

function describe(loaded: LoadedText) {
  const isStep = 'enrollment' in loaded;
  const { number } = loaded.consent;
  const { zones } = recipientLocation(number, loaded.lead?.details ?? {}, loaded.settings.timeZone);
  return {
    number,
    leadId: isStep ? loaded.enrollment?.leadId : loaded.singleText?.leadId,
    automationId: isStep ? loaded.enrollment?.automationId : undefined,
    zones,
  };
}

function outcomeOf(text: DueText, decision: Decision, at: Date) {
  const { kind, sentence } = decision;
  const reason = 'reason' in decision ? decision.reason : undefined;
  const outcome = { verdict: kind, reason, sentence };
  if (kind === 'sendOptInRequestFirst') {
    return { ...outcome, leaves: { at: at.toISOString(), body: optInRequestWords(text.settings).whole } };
  }
  if (kind !== 'send' && kind !== 'defer') return { ...outcome, leaves: undefined };
  const rendered = text.render();
  if (rendered.kind !== 'rendered') {
    const refused = { verdict: 'refuse', reason: rendered.kind } as const;
    return { ...refused, sentence: `refused: ${sayUnrendered(rendered)}`, leaves: undefined };
  }
  const leavesAt = kind === 'defer' ? decision.until : at.toISOString();
  return { ...outcome, leaves: { at: leavesAt, body: rendered.body } };
}

function expectedAfter(
  { number, input, settings, consent, conversation }: DueText,
  { kind }: Decision,
  now: Date,
): Expected {
  const at = now.toISOString();
  const counted = (automationId: string) => ({
    ...conversation,
    recent: addRecentSend(conversation.recent, { at, automationId }, now),
  });
  if (kind === 'sendOptInRequestFirst') {
    const { leadId } = input;
    const isLeads = settings.doubleOptIn === 'perLead' && leadId !== undefined;
    const optInRequested: ConsentState = isLeads
      ? { ...consent, number, leadOptInRequests: { ...consent.leadOptInRequests, [leadId]: 'sent' } }
      : { ...consent, number, optInRequest: 'sent' };
    return { consent: optInRequested, conversation: counted(OPT_IN_REQUEST) };
  }
  if (kind === 'send' && input.automation) {
    return { consent, conversation: counted(input.automation.id) };
  }
  return { consent, conversation };
}
