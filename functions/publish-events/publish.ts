import { eventOfChange } from '../../lib/consent/consent-items.ts';
import { consentChanged } from '../../lib/events/consent-changed.ts';
import type { PublishedEvent } from '../../lib/events/event.ts';
import { textOutcome } from '../../lib/events/text-outcome.ts';
import { parseMessage } from '../../lib/messaging/message-items.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import type { Bus } from './bus.ts';

/** A change as a table's stream tells it. */
export interface StreamChange {
  /** Names the change to Lambda: it goes on from here when the change could not be published. */
  readonly sequenceNumber: string;
  readonly table: 'consent' | 'outreach';
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface PublishDeps {
  readonly bus: Bus;
  readonly organization: string;
  /** Told of a change that is no event and no text any more; never of its content. */
  readonly onUnreadable: (change: StreamChange, error: unknown) => void;
}

export interface Published {
  readonly published: number;
  readonly refused: number;
  /** Sequence number to begin again from, undefined when all is done. */
  readonly beginAgain?: string;
}

/**
 * Publishes what happened in a batch of changes, at least once and in order.
 *
 * @throws when the bus could not be asked: the batch comes again as a whole.
 */
export async function publishChanges(
  deps: PublishDeps,
  changes: readonly StreamChange[],
): Promise<Published> {
  const sent = changes.flatMap((change) => {
    const event = readEvent(deps, change);
    return event ? [{ change, event }] : [];
  });
  const refused = await deps.bus.put(sent.map(({ event }) => event));
  const first = sent[refused[0] ?? -1];
  return {
    published: sent.length - refused.length,
    refused: refused.length,
    ...(first && { beginAgain: first.change.sequenceNumber }),
  };
}

/** A change that cannot be read will never be: it is reported and passed over, so that it stops no other one. */
function readEvent(deps: PublishDeps, change: StreamChange): PublishedEvent | undefined {
  try {
    return eventOf(change, deps.organization);
  } catch (error) {
    deps.onUnreadable(change, error);
    return undefined;
  }
}

function eventOf({ table, before, after }: StreamChange, organization: string): PublishedEvent | undefined {
  if (after === undefined) return undefined;
  if (table === 'outreach') {
    return textOutcome(before && parseMessage(before), parseMessage(after), organization);
  }
  const event = eventOfChange(after);
  return event && consentChanged(event, organization);
}
