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
/** What the gate would say; `stop`: its automation is gone. */
export type DryRunVerdict = (typeof dryRunVerdicts)[number];

/** What would become of a text. */
export interface DryRunText {
  /** E.164. */
  readonly number: string;
  readonly leadId: string | undefined;
  readonly automationId: string | undefined;
  readonly verdict: DryRunVerdict;
  /** Absent for one that would leave. */
  readonly reason: string | undefined;
  readonly sentence: string;
  /** When what would leave does, ISO 8601 UTC, and as it would read: the text, or the request for START ahead of it. */
  readonly leaves: { readonly at: string; readonly body: string } | undefined;
  /** The time zones that the recipient may be in. */
  readonly zones: readonly string[];
}

/** What earlier texts of the same dry run would have done to a number. */
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
export function createDryRun(change: Partial<Settings> = {}) {
  const expected = new Map<string, Expected>();
  /**
   * @param loaded of the text. One that waits is decided as if it were woken.
   * @param at when the gate would decide: a text is not decided before it is due.
   * @returns undefined for one that has moved on and is neither due nor waiting any more.
   */
  return function dryRun(loaded: LoadedText, at: Date): DryRunText | undefined {
    const given = { ...loaded, settings: { ...loaded.settings, ...change } };
    const known = { ...given, ...expected.get(given.consent.number) };
    const prepared = prepare(known, at);
    switch (prepared.kind) {
      case 'skip':
      case 'retry':
        return undefined;
      case 'hold':
        return { ...describe(known), verdict: 'hold', ...prepared.why, leaves: undefined };
      case 'update': {
        const verdict = prepared.outcome === 'stopped' ? 'stop' : 'defer';
        return { ...describe(known), verdict, ...prepared.why, leaves: undefined };
      }
      case 'ready': {
        const { text } = prepared;
        const { settings, consent, conversation } = text;
        const decision = decide({ ...text.input, settings, consent, conversation, now: at });
        expected.set(text.number, afterwards(text, decision, at));
        return { ...describe(known), ...carriedOut(text, decision, at) };
      }
    }
  };
}

/** No table: what is prepared here is never written. */
const NO_TABLE = '';

function prepare(loaded: LoadedText, at: Date) {
  if ('singleText' in loaded) {
    const singleText =
      loaded.singleText?.status === 'waiting' ? wakePending(loaded.singleText, at) : loaded.singleText;
    return prepareSingleText(NO_TABLE, { ...loaded, singleText }, at);
  }
  const { enrollment: found } = loaded;
  const enrollment = found?.status === 'waiting' ? wakePending(found, at) : found;
  const step = enrollment?.step ?? 0;
  const asked = { leadId: '', automationId: '', step, number: loaded.consent.number };
  return prepareStep(NO_TABLE, asked, { ...loaded, enrollment }, at);
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

function carriedOut(text: DueText, decision: Decision, at: Date) {
  const { kind, sentence } = decision;
  const reason = 'reason' in decision ? decision.reason : undefined;
  const said = { verdict: kind, reason, sentence };
  if (kind === 'sendOptInRequestFirst') {
    return { ...said, leaves: { at: at.toISOString(), body: optInRequestWords(text.settings).whole } };
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
