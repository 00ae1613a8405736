import { eventOfChange } from '../../lib/consent/consent-items.ts';
import { consentChanged } from '../../lib/events/consent-changed.ts';
import type { PublishedEvent } from '../../lib/events/event.ts';
import { textOutcome } from '../../lib/events/text-outcome.ts';
import type { StreamChange } from '../../lib/lambda/stream-changes.ts';
import { parseMessage } from '../../lib/messaging/message-items.ts';
import type { Bus } from './bus.ts';

export type TableChange = StreamChange<'consent' | 'outreach'>;

export interface PublishDeps {
  readonly bus: Bus;
  readonly organization: string;
  /** Called for a change that cannot be read as an event or text. It must log no content of the change. */
  readonly onUnreadable: (change: TableChange, error: unknown) => void;
}

export interface Published {
  readonly published: number;
  readonly refused: number;
  /** Sequence number from which the stream must deliver again; undefined when the bus took every event. */
  readonly beginAgain?: string;
}

/**
 * Publishes the events of a batch of changes, at least once and in order (X8).
 *
 * @throws when the bus cannot be reached: the stream delivers the whole batch again.
 */
export async function publishChanges(deps: PublishDeps, changes: readonly TableChange[]): Promise<Published> {
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

/** Reads the event of a change. Reports and skips a change that cannot be read, since a retry would never succeed. */
function readEvent(deps: PublishDeps, change: TableChange): PublishedEvent | undefined {
  try {
    return eventOf(change, deps.organization);
  } catch (error) {
    deps.onUnreadable(change, error);
    return undefined;
  }
}

function eventOf({ table, before, after }: TableChange, organization: string): PublishedEvent | undefined {
  if (after === undefined) return undefined;
  if (table === 'outreach') {
    return textOutcome(before && parseMessage(before), parseMessage(after), organization);
  }
  const event = eventOfChange(after);
  return event && consentChanged(event, organization);
}
