import * as z from 'zod';
import type { Automation } from '../automation/automation.ts';
import type { Enrollment } from '../automation/enrollment.ts';
import type { EnrollmentStore } from '../automation/enrollment-store.ts';
import { wakePending } from '../automation/progress.ts';
import type { WaitingEntry } from '../automation/work-index.ts';
import type { ConsentEvent } from '../consent/consent-event.ts';
import { carrierErrorOf } from '../messaging/carrier-errors.ts';
import type { Settings } from '../organization/settings.ts';
import type { SingleTextStore } from '../single-texts/single-text-store.ts';
import { holdReasons } from './decision.ts';

/** Why a text can wait: a verdict of the gate, or its automation is switched off. */
export const waitingReasons = [...holdReasons, 'automationDisabled'] as const;
export type WaitingReason = (typeof waitingReasons)[number];

/**
 * Which waiting of its number an event may have ended. What it did not end is held again.
 *
 * @returns `all`, or the reasons; an opt-out ends the waiting for START, since what waited is dropped (C3).
 */
export function wokenByEvent(event: ConsentEvent): 'all' | readonly WaitingReason[] {
  if (event.effect !== 'changed' || event.kind === 'optInRequestSent') return [];
  // What waits for START would only ask again, in a circle; for a dead number it is told so, and ends.
  if (event.kind === 'optInRequestFailed') return isDeadNumber(event) ? ['waitingForStart'] : [];
  return event.after === 'opted_out' ? ['waitingForStart'] : 'all';
}

function isDeadNumber({ evidence }: ConsentEvent): boolean {
  if (evidence.source !== 'carrier' || evidence.leadId === undefined) return false;
  return carrierErrorOf(evidence.errorCode).consequence === 'unreachableNumber';
}

/** Which waiting a change of settings may have ended: a requirement that fell away, a verification that came. */
export function wokenBySettings(before: Settings, after: Settings): WaitingReason[] {
  const woken: WaitingReason[] = [];
  if (before.requireSmsOptIn && !after.requireSmsOptIn) woken.push('waitingForConsent');
  if (!before.a2pVerified && after.a2pVerified) woken.push('a2pNotVerified');
  // Per number instead of per lead asks for less as well: who was asked for by another lead may go.
  if (before.doubleOptIn !== after.doubleOptIn && before.doubleOptIn !== 'off') {
    // An agent's text waits for a decision only because a request for START must go ahead of it.
    woken.push('waitingForStart', 'awaitingReview');
  }
  return woken;
}

/**
 * Which waiting in an automation a change of it may have ended: it was switched on, or asks for another keyword or for none.
 *
 * @param after undefined when it was removed: whoever waits in it is stopped, and does not go on in a later one of its name.
 */
export function wokenByAutomation(
  before: Automation,
  after: Automation | undefined,
): 'all' | readonly WaitingReason[] {
  if (!after) return 'all';
  const woken: WaitingReason[] = [];
  if (!before.enabled && after.enabled) woken.push('automationDisabled');
  if (before.keyword !== after.keyword) woken.push('waitingForKeyword');
  return woken;
}

export interface WakeEntryDeps {
  readonly enrollments: Pick<EnrollmentStore, 'get' | 'replace'>;
  readonly singleTexts: Pick<SingleTextStore, 'get' | 'put'>;
  readonly now: () => Date;
}

/**
 * Makes what an entry of the waiting index speaks of due now, as it stands itself, if it waits still and is meant.
 *
 * @returns false also for what nobody can read: it stays as it is, since the gate would not send it either.
 */
export async function wakeEntry(
  { enrollments, singleTexts, now }: WakeEntryDeps,
  entry: WaitingEntry,
  isMeant: (waiting: Pick<Enrollment, 'reason' | 'waitsUntil'>) => boolean,
): Promise<boolean> {
  try {
    if ('singleText' in entry) {
      const text = await singleTexts.get(entry.singleText);
      return text?.status === 'waiting' && isMeant(text) && (await singleTexts.put(wakePending(text, now())));
    }
    const enrollment = await enrollments.get(entry.enrollment);
    if (enrollment?.status !== 'waiting' || !isMeant(enrollment)) return false;
    return await enrollments.replace(wakePending(enrollment, now()));
  } catch (error) {
    if (error instanceof z.ZodError) return false;
    throw error;
  }
}

export interface WakeNumberDeps {
  readonly leads: { leadsWithNumber(number: string): Promise<string[]> };
  readonly enrollments: Pick<EnrollmentStore, 'ofLead' | 'replace'>;
  readonly singleTexts: Pick<SingleTextStore, 'open' | 'put'>;
  readonly now: () => Date;
}

/**
 * Makes what waits for one number due now, its leads' steps and its single texts.
 *
 * Reads the items themselves, strongly consistent, and not the waiting index, which may not show yet what was held a
 * moment before the consent came.
 *
 * @param reasons of waiting; `all` for every one.
 * @returns how many were woken.
 */
export async function wakeNumber(
  { leads, enrollments, singleTexts, now }: WakeNumberDeps,
  number: string,
  reasons: 'all' | readonly string[],
): Promise<number> {
  const isMeant = ({ status, reason = '' }: { status: string; reason?: string | undefined }) =>
    status === 'waiting' && (reasons === 'all' || reasons.includes(reason));
  let woken = 0;
  for (const leadId of await leads.leadsWithNumber(number)) {
    for (const enrollment of await enrollments.ofLead(leadId)) {
      // Lost to another writer: whoever it was decided on the consent that is recorded by now.
      if (isMeant(enrollment) && (await enrollments.replace(wakePending(enrollment, now())))) woken++;
    }
  }
  for (const text of await singleTexts.open(number)) {
    if (isMeant(text) && (await singleTexts.put(wakePending(text, now())))) woken++;
  }
  return woken;
}
