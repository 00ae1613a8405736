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
 * Follows the changes of a batch in order, and counts who opted in and out and how many texts woke, also when a change fails.
 *
 * @throws ChangeFailed naming the first that could not be followed.
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

/** Counts who opted in and out, by the source. An opt-in of somebody who was opted in already is none. */
function countStatusChanges(events: readonly ConsentEvent[]) {
  const moved = events.filter(({ before, after }) => before !== after);
  const sources = (status: ConsentEvent['after']) =>
    moved.filter(({ after }) => after === status).map(({ evidence }) => evidence.source);
  return { ...countBy('optIn', sources('opted_in')), ...countBy('optOut', sources('opted_out')) };
}

/** Logs an event that changed something, with the id of what it came from. */
function logChange({ event, woken }: FollowedEvent): void {
  const { kind, effect, before, after, evidence } = event;
  if (effect !== 'changed') return;
  logger.info('Consent changed', { ...originOf(evidence), kind, before, after, woken });
}
