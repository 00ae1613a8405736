import { MOST_REMEMBERED_SENDS, type SendingRules } from '../organization/sending-rules.ts';
import { bindingStates } from './day-rules.ts';
import type { SendingWindow } from './sending-window.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** An automated text that was handed over to a number. */
export interface AutomatedSend {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly automationId: string;
}

interface Cap {
  readonly most: number;
  readonly within: number;
  /** What is counted, in words. */
  readonly of: string;
  readonly automationId?: string;
}

/**
 * Whether another automated text may go to a number, given those it got (X6): at most so many within 24 hours and 7
 * days, of all automations and of this one, and no more within 24 hours than the law of a state allows.
 *
 * @param recent the number's automated sends, in any order, as {@link addRecentSend} keeps them.
 * @param states of the recipient (see `whereabouts`).
 * @returns open; or closed until the moment when enough of them are old enough.
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
    const lastDay = recent.filter(({ at }) => Date.parse(at) + DAY > now.getTime()).length;
    return {
      open: true,
      explanation: `${lastDay} automated texts within the last 24 hours, fewer than allowed`,
    };
  }
  const { cap, until } = latest;
  return {
    open: false,
    until: new Date(until).toISOString(),
    explanation: `has had ${cap.of}`,
  };
}

/** When the oldest of the newest `most` sends falls out; 0 when there are fewer. */
function fullUntil(recent: readonly AutomatedSend[], { most, within, automationId }: Cap): number {
  const counted = recent
    .filter((send) => automationId === undefined || send.automationId === automationId)
    .map(({ at }) => Date.parse(at))
    .toSorted((a, b) => b - a);
  const oldest = counted[most - 1];
  return oldest === undefined ? 0 : oldest + within;
}

function capsFor(
  automationId: string,
  states: readonly string[],
  rules: Pick<SendingRules, 'caps' | 'unconfirmedStateHours'>,
): Cap[] {
  const { perDay, perWeek, perAutomation } = rules.caps;
  const caps: Cap[] = [
    { most: perDay, within: DAY, of: `${count(perDay)} within 24 hours` },
    { most: perWeek, within: WEEK, of: `${count(perWeek)} within 7 days` },
  ];
  for (const law of bindingStates(states, rules)) {
    if (law.perDay !== undefined && law.perDay < perDay)
      caps.push({ most: law.perDay, within: DAY, of: `${count(law.perDay)} within 24 hours (${law.name})` });
  }
  const own = (most: number, within: number, span: string): Cap => ({
    most,
    within,
    automationId,
    of: `${count(most)} of the automation ${automationId} within ${span}`,
  });
  if (perAutomation.perDay !== undefined) caps.push(own(perAutomation.perDay, DAY, '24 hours'));
  if (perAutomation.perWeek !== undefined) caps.push(own(perAutomation.perWeek, WEEK, '7 days'));
  return caps;
}

function count(texts: number): string {
  return texts === 1 ? '1 automated text' : `${texts} automated texts`;
}

/**
 * The recent sends with one more: those of the last 7 days, at most the newest 40, which is the highest cap there is.
 * The same send twice (a retry with the same time) counts twice: pass one only once.
 */
export function addRecentSend(
  recent: readonly AutomatedSend[],
  send: AutomatedSend,
  now: Date,
): AutomatedSend[] {
  const start = new Date(now.getTime() - WEEK).toISOString();
  return [...recent, send]
    .filter(({ at }) => at > start)
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .slice(-MOST_REMEMBERED_SENDS);
}
