import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { originOf } from '../../lib/consent/origin.ts';
import { inOrder, type StreamChange } from '../../lib/lambda/stream-changes.ts';
import { countBy, countOutcomes, logger } from '../../lib/telemetry/telemetry.ts';
import {
  type ConsentChangeDeps,
  type FollowedEvent,
  processConfigurationChange,
  processConsentChange,
} from './process-change.ts';

/**
 * Follows the changes of a batch in order. Counts opt-ins, opt-outs and woken texts, also when a change fails.
 *
 * @throws ChangeFailed naming the first change that could not be followed.
 */
export async function followChanges(
  deps: ConsentChangeDeps,
  changes: readonly StreamChange<'consent' | 'configuration'>[],
): Promise<void> {
  const followed: FollowedEvent[] = [];
  try {
    await inOrder(changes, async (change) => {
      if (change.table === 'configuration') return processConfigurationChange(deps, change);
      const event = await processConsentChange(deps, change);
      if (!event) return;
      followed.push(event);
      logChange(event);
    });
  } finally {
    const woken = followed.reduce((sum, event) => sum + event.woken, 0);
    countOutcomes({ enrollmentWoken: woken, ...countStatusChanges(followed.map(({ event }) => event)) });
  }
}

/** Counts the events that changed a number's status, by source. A repeated opt-in counts as none. */
function countStatusChanges(events: readonly ConsentEvent[]) {
  const moved = events.filter(({ before, after }) => before !== after);
  const sources = (status: ConsentEvent['after']) =>
    moved.filter(({ after }) => after === status).map(({ evidence }) => evidence.source);
  return { ...countBy('optIn', sources('opted_in')), ...countBy('optOut', sources('opted_out')) };
}

/** Logs an event that changed the consent state, with the ids of its origin. */
function logChange({ event, woken }: FollowedEvent): void {
  const { kind, effect, before, after, evidence } = event;
  if (effect !== 'changed') return;
  logger.info('Consent changed', { ...originOf(evidence), kind, before, after, woken });
}
