import { MAXIMUM_COUNTED_SENDS, type SendingRules } from '../organization/sending-rules.ts';
import { bindingStates } from './day-rules.ts';
import type { SendingWindow } from './sending-window.ts';

const DAY_MILLISECONDS = 24 * 3_600_000;
const WEEK_MILLISECONDS = 7 * DAY_MILLISECONDS;

/** An automated text that was handed to Twilio for a number. */
export interface AutomatedSend {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly automationId: string;
}

interface Cap {
  readonly maximum: number;
  readonly windowMilliseconds: number;
  /** The cap as part of a sentence: "3 automated texts within 24 hours". */
  readonly words: string;
  /** Absent: the cap counts the texts of all automations. */
  readonly automationId?: string;
}

/**
 * Checks whether the caps let another automated text go to a number (X6). Caps count the texts of the last 24 hours and
 * 7 days, of all automations and of this one. A state's law can lower the number for 24 hours.
 *
 * @param recent the number's automated sends, in any order, as {@link addRecentSend} keeps them.
 * @param states US states (postal codes) whose law may protect the recipient, from `recipientLocation`.
 * @returns open; or closed until the first moment at which no cap is full any more.
 */
export function frequencyWindow(
  recent: readonly AutomatedSend[],
  automationId: string,
  states: readonly string[],
  rules: Pick<SendingRules, 'caps' | 'unconfirmedStateHours'>,
  now: Date,
): SendingWindow {
  let latest: { readonly until: number; readonly cap: Cap } | undefined;
  for (const cap of capsFor(automationId, states, rules)) {
    const until = fullUntil(recent, cap);
    if (until > now.getTime() && until > (latest?.until ?? 0)) latest = { until, cap };
  }
  if (!latest) {
    const lastDay = recent.filter(({ at }) => Date.parse(at) + DAY_MILLISECONDS > now.getTime()).length;
    return {
      open: true,
      explanation: `${lastDay} automated texts within the last 24 hours, fewer than allowed`,
    };
  }
  const { cap, until } = latest;
  return {
    open: false,
    until: new Date(until).toISOString(),
    explanation: `has had ${cap.words}`,
  };
}

/** The moment (milliseconds since 1970) at which a cap has room again; 0 when it was never full. */
function fullUntil(
  recent: readonly AutomatedSend[],
  { maximum, windowMilliseconds, automationId }: Cap,
): number {
  const counted = recent
    .filter((send) => automationId === undefined || send.automationId === automationId)
    .map(({ at }) => Date.parse(at))
    .toSorted((a, b) => b - a);
  const oldest = counted[maximum - 1];
  return oldest === undefined ? 0 : oldest + windowMilliseconds;
}

function capsFor(
  automationId: string,
  states: readonly string[],
  rules: Pick<SendingRules, 'caps' | 'unconfirmedStateHours'>,
): Cap[] {
  const { perDay, perWeek, perAutomation } = rules.caps;
  const caps: Cap[] = [
    {
      maximum: perDay,
      windowMilliseconds: DAY_MILLISECONDS,
      words: `${textCount(perDay)} within 24 hours`,
    },
    {
      maximum: perWeek,
      windowMilliseconds: WEEK_MILLISECONDS,
      words: `${textCount(perWeek)} within 7 days`,
    },
  ];
  for (const law of bindingStates(states, rules)) {
    if (law.perDay !== undefined && law.perDay < perDay)
      caps.push({
        maximum: law.perDay,
        windowMilliseconds: DAY_MILLISECONDS,
        words: `${textCount(law.perDay)} within 24 hours (${law.name})`,
      });
  }
  const automationCap = (maximum: number, windowMilliseconds: number, span: string): Cap => ({
    maximum,
    windowMilliseconds,
    automationId,
    words: `${textCount(maximum)} of the automation ${automationId} within ${span}`,
  });
  if (perAutomation.perDay !== undefined)
    caps.push(automationCap(perAutomation.perDay, DAY_MILLISECONDS, '24 hours'));
  if (perAutomation.perWeek !== undefined)
    caps.push(automationCap(perAutomation.perWeek, WEEK_MILLISECONDS, '7 days'));
  return caps;
}

function textCount(texts: number): string {
  return texts === 1 ? '1 automated text' : `${texts} automated texts`;
}

/**
 * Adds one send to a number's recent sends and removes those that no cap counts any more: older than 7 days, or beyond the
 * newest 40, which is the highest cap that the settings accept. Pass each send once: duplicates are counted.
 *
 * @returns the sends from the oldest to the newest.
 */
export function addRecentSend(
  recent: readonly AutomatedSend[],
  send: AutomatedSend,
  now: Date,
): AutomatedSend[] {
  const start = new Date(now.getTime() - WEEK_MILLISECONDS).toISOString();
  return [...recent, send]
    .filter(({ at }) => at > start)
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .slice(-MAXIMUM_COUNTED_SENDS);
}
