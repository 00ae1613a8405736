import { addDuration } from '../automation/automation.ts';
import type { Enrollment } from '../automation/enrollment.ts';
import { askAgainPending } from '../automation/progress.ts';
import type { ConsentEvent } from '../consent/consent-event.ts';
import { carrierErrorOf } from '../messaging/carrier-errors.ts';
import type { SingleText } from '../single-texts/single-text.ts';
import type { WakeNumberDeps } from './wake.ts';

/** A request for START that was not delivered is repeated so long after the failure: a phone that was off is on again. */
const ASKS_AGAIN_AFTER = 'PT4H';

/**
 * Tells when a text that waits for START asks once more, after its request was not delivered (C2, C3).
 *
 * @returns ISO 8601 UTC; undefined for any other event, and for a number that cannot be reached at all.
 */
export function asksAgainAt(event: ConsentEvent): string | undefined {
  const { effect, kind, evidence } = event;
  if (effect !== 'changed' || kind !== 'optInRequestFailed' || evidence.source !== 'carrier')
    return undefined;
  if (carrierErrorOf(evidence.errorCode).consequence === 'unreachableNumber') return undefined;
  return addDuration(event.occurredAt, ASKS_AGAIN_AFTER);
}

/**
 * Lets the texts that wait for the START of an event's lead, or of its number, ask once more at `at`.
 *
 * @param event that says that the request was not delivered. @param at ISO 8601 UTC.
 */
export async function askAgain(
  { leads, enrollments, singleTexts }: Omit<WakeNumberDeps, 'now'>,
  { number, evidence }: ConsentEvent,
  at: string,
): Promise<void> {
  const asked = 'leadId' in evidence ? evidence.leadId : undefined;
  const isMeant = ({
    status,
    reason,
    leadId,
  }: Pick<SingleText | Enrollment, 'status' | 'reason' | 'leadId'>) =>
    status === 'waiting' && reason === 'waitingForStart' && (asked === undefined || leadId === asked);
  for (const leadId of await leads.leadsWithNumber(number)) {
    for (const enrollment of await enrollments.ofLead(leadId)) {
      const next = isMeant(enrollment) ? askAgainPending(enrollment, at) : undefined;
      if (next) await enrollments.replace(next);
    }
  }
  for (const text of await singleTexts.open(number)) {
    const next = isMeant(text) ? askAgainPending(text, at) : undefined;
    if (next) await singleTexts.put(next);
  }
}
