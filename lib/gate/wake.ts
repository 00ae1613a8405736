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

/** All reasons for which a text can wait: the gate's, and that its automation is switched off. */
export const waitingReasons = [...holdReasons, 'automationDisabled'] as const;
export type WaitingReason = (typeof waitingReasons)[number];

/**
 * Selects the hold reasons of a number that a consent event may have ended (H10). A text that is woken in vain is held again.
 *
 * @returns `all`, or the reasons. An opt-out wakes the texts that wait for START, since the gate then drops them (C3).
 */
export function wokenByEvent(event: ConsentEvent): 'all' | readonly WaitingReason[] {
  // A START settles a text that waits for a decision, also where the number was opted in all the time.
  if (event.kind === 'handsetStart' && event.effect === 'unchanged') return ['awaitingReview'];
  if (event.effect !== 'changed' || event.kind === 'optInRequestSent') return [];
  // Texts that wait for START would ask in vain again and again. For an unreachable number the gate refuses them instead.
  if (event.kind === 'optInRequestFailed') return isDeadNumber(event) ? ['waitingForStart'] : [];
  return event.after === 'opted_out' ? ['waitingForStart'] : 'all';
}

function isDeadNumber({ evidence }: ConsentEvent): boolean {
  if (evidence.source !== 'carrier' || evidence.leadId === undefined) return false;
  return carrierErrorOf(evidence.errorCode).consequence === 'unreachableNumber';
}

/** Selects the hold reasons that a change of settings may have ended: a requirement was switched off, or A2P was verified. */
export function wokenBySettings(before: Settings, after: Settings): WaitingReason[] {
  const woken: WaitingReason[] = [];
  if (before.requireSmsOptIn && !after.requireSmsOptIn) woken.push('waitingForConsent');
  if (!before.a2pVerified && after.a2pVerified) woken.push('a2pNotVerified');
  if (before.senderClearedAt !== after.senderClearedAt) woken.push('senderRefused');
  // A change from per lead to per number asks for less too: a START for another lead of the number now counts.
  if (before.doubleOptIn !== after.doubleOptIn && before.doubleOptIn !== 'off') {
    // Agents' texts wait for a review only when a request for START must go ahead of them.
    woken.push('waitingForStart', 'awaitingReview');
  }
  return woken;
}

/**
 * Selects the hold reasons of an automation's steps that a change of the automation may have ended: it was switched on, or its
 * keyword changed or was removed.
 *
 * @param after undefined when the automation was removed: all its steps are woken, so that the gate stops them and they do not
 *   continue in a later automation of the same id.
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
 * Makes a waiting step or text due now. Reads the item itself first; does nothing if it no longer waits or `isMeant` rejects
 * it.
 *
 * @param entry an entry of the waiting index.
 * @returns whether the item was woken; false also for an item that cannot be read, which the gate would not send either.
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
 * Makes the waiting steps and single texts of one number due now (H10, X4).
 *
 * It reads the items themselves, strongly consistent. The waiting index is eventually consistent: it may not show yet a
 * text that was held a moment before the consent arrived.
 *
 * @param reasons the hold reasons to wake, or `all`.
 * @returns the number of texts that were woken.
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
      // A lost race is no loss: the other writer decided on the consent that is recorded by now.
      if (isMeant(enrollment) && (await enrollments.replace(wakePending(enrollment, now())))) woken++;
    }
  }
  for (const text of await singleTexts.open(number)) {
    if (isMeant(text) && (await singleTexts.put(wakePending(text, now())))) woken++;
  }
  return woken;
}
