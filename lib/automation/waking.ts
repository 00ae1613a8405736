import type { ConsentEvent } from '../consent/event.ts';
import type { HoldReason } from '../gate/decide.ts';
import type { Settings } from '../organization/settings.ts';
import type { EnrollmentStore } from './enrollment-store.ts';
import { wake } from './progress.ts';

/** Why an enrollment can wait: a verdict of the gate, or its automation is switched off. */
export type WaitingReason = HoldReason | 'automationDisabled';

/** Whether an event may have ended the waiting of its number. What it did not end is held again. */
export function wakesNumber(event: ConsentEvent): boolean {
  return event.effect === 'changed' && event.after !== 'opted_out';
}

/** Which waiting a change of settings may have ended: a requirement that fell away, a verification that came. */
export function wokenBySettings(before: Settings, after: Settings): WaitingReason[] {
  const woken: WaitingReason[] = [];
  if (before.requireSmsOptIn && !after.requireSmsOptIn) woken.push('waitingForConsent');
  if (!before.a2pVerified && after.a2pVerified) woken.push('a2pNotVerified');
  return woken;
}

/**
 * Makes everything that waits for one lead due now.
 *
 * Reads the leads' own enrollments, strongly consistent, and not the waiting index, which may not show yet what was
 * held a moment before the consent came.
 *
 * @returns how many were woken.
 */
export async function wakeLead(
  store: Pick<EnrollmentStore, 'ofLead' | 'replace'>,
  leadId: string,
  now: Date,
): Promise<number> {
  let woken = 0;
  for (const enrollment of await store.ofLead(leadId)) {
    if (enrollment.status !== 'waiting') continue;
    // Lost to another writer: whoever it was decided on the consent that is recorded by now.
    if (await store.replace(wake(enrollment, now))) woken++;
  }
  return woken;
}
