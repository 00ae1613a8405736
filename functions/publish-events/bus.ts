import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, type PublishedEvent } from '../../lib/events/event.ts';

/** The organization's event bus. */
export interface Bus {
  /**
   * Publishes events in their order, in as few requests as the bus allows.
   *
   * @returns the indexes of the events that the bus refused.
   * @throws when a whole request fails: its events may be published or not, and later ones were not tried.
   */
  put(events: readonly PublishedEvent[]): Promise<readonly number[]>;
}

/** PutEvents takes 10 entries and 256 KB at once. It counts a little more than the JSON, so this limit is lower. */
const MAXIMUM_ENTRIES = 10;
const MAXIMUM_BYTES = 200_000;

/** Creates the bus on EventBridge. @param name name of the event bus. */
export function createBus(client: EventBridgeClient, name: string): Bus {
  return {
    put: async (events) => {
      const refused: number[] = [];
      for (const { entries, from } of requestsOf(events.map((event) => entryOf(name, event)))) {
        const answer = await client.send(new PutEventsCommand({ Entries: [...entries] }));
        if ((answer.FailedEntryCount ?? 0) === 0) continue;
        for (const [index, { ErrorCode }] of (answer.Entries ?? []).entries()) {
          if (ErrorCode !== undefined) refused.push(from + index);
        }
      }
      return refused;
    },
  };
}

function entryOf(bus: string, { detailType, time, detail }: PublishedEvent): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: EVENT_SOURCE,
    DetailType: detailType,
    Time: new Date(time),
    Detail: JSON.stringify(detail),
  };
}

/** Splits entries into requests within the limits of PutEvents, each with the index of its first entry. */
function requestsOf(entries: readonly PutEventsRequestEntry[]) {
  const requests: { readonly from: number; readonly entries: PutEventsRequestEntry[] }[] = [];
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    const open = requests.at(-1);
    if (open && open.entries.length < MAXIMUM_ENTRIES && bytes + size <= MAXIMUM_BYTES) {
      open.entries.push(entry);
      bytes += size;
    } else {
      requests.push({ from: index, entries: [entry] });
      bytes = size;
    }
  }
  return requests;
}
