import canonicalize from 'canonicalize';
import type { Item } from '../runtime/dynamodb.ts';
import { type Audit, auditItems } from './audit.ts';
import type { ConsentEvent } from './event.ts';
import { keywordItem, kindOfItem, numberOfItem, sourceKey, stateItem } from './items.ts';
import { changedKeywords, type KeywordOptIn, keywordOptInAfter } from './keyword-opt-in.ts';
import { append, type ChainFault } from './ledger.ts';
import { type Listing, listingAfter } from './listing.ts';
import { initialState } from './state.ts';

/** Everything that the registry keeps of one number, as it is stored. */
export interface StoredNumber {
  readonly number: string;
  readonly state: Item | undefined;
  /** In the order of their keys. */
  readonly events: readonly Item[];
  readonly sources: readonly Item[];
  readonly keywords: readonly Item[];
}

/** What is wrong with a number: its chain, the markers of its source events, or what it is listed by. */
export interface StoredFault {
  readonly sequence: number;
  readonly fault: ChainFault['fault'] | 'sourceMarkerDiffers' | 'listDiffers';
}

/** Sorts one number's items by what they are. */
export function storedNumber(items: readonly Item[]): StoredNumber {
  const ofKind = (kind: ReturnType<typeof kindOfItem>) =>
    items
      .filter((item) => kindOfItem(item) === kind)
      .sort((one, other) => (String(one['sk']) < String(other['sk']) ? -1 : 1));
  return {
    number: numberOfItem(items[0] ?? {}),
    state: ofKind('state')[0],
    events: ofKind('event'),
    sources: ofKind('source'),
    keywords: ofKind('keyword'),
  };
}

export function auditOf({ number, state, events }: StoredNumber): Audit {
  return auditItems(events, state, number);
}

/** Verifies all that is stored of a number. @returns the first fault, or undefined when everything holds. */
export function verifyStored(stored: StoredNumber): StoredFault | undefined {
  const { events, fault } = auditOf(stored);
  return fault ?? faultOfMarkers(stored, events) ?? faultOfLists(stored, events);
}

/** A marker that is gone would let its source event be recorded twice. */
function faultOfMarkers({ number, sources }: StoredNumber, events: readonly ConsentEvent[]) {
  const marked = new Map(sources.map((item) => [item['sk'], item['sequence']]));
  const differing = events.find(
    ({ sourceId, sequence }) => marked.get(sourceKey(number, sourceId).sk) !== sequence,
  );
  if (differing) return { sequence: differing.sequence, fault: 'sourceMarkerDiffers' } as const;
  if (sources.length === events.length) return undefined;
  return { sequence: events.length + 1, fault: 'sourceMarkerDiffers' } as const;
}

/** What the lists say must follow from the events as well: nobody may be left out of the list of who opted out. */
function faultOfLists(stored: StoredNumber, events: readonly ConsentEvent[]): StoredFault | undefined {
  let state = initialState(stored.number);
  let listing: Listing | undefined;
  const optIns = new Map<string, KeywordOptIn>();
  for (const event of events) {
    const next = append(state, event, event.recordedAt).state;
    listing = listingAfter(listing, event);
    for (const change of changedKeywords(state, next)) {
      const optIn = keywordOptInAfter(optIns.get(change.word), change, event);
      if (optIn) optIns.set(change.word, optIn);
    }
    state = next;
  }
  const fault = { sequence: events.length, fault: 'listDiffers' } as const;
  if (listing && !contains(stored.state, stateItem(state, listing))) return fault;
  if (stored.keywords.length !== optIns.size) return fault;
  const follows = stored.keywords.every((item) => {
    const optIn = optIns.get(String(item['word']));
    return optIn && contains(item, keywordItem(optIn));
  });
  return follows ? undefined : fault;
}

/** Whether a stored item says what it should, in every field that has a value. */
function contains(stored: Item | undefined, expected: Item): boolean {
  return Object.entries(expected).every(
    ([name, value]) => canonicalize(stored?.[name]) === canonicalize(value),
  );
}
