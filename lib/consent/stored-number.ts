import type { Item } from '../runtime/dynamodb.ts';
import { type Audit, auditItems } from './audit.ts';
import type { ConsentEvent } from './consent-event.ts';
import { keywordItem, kindOfItem, numberOfItem, sourceKey, stateItem } from './consent-items.ts';
import { changedKeywords, type KeywordOptIn, keywordOptInAfter } from './keyword-opt-in.ts';
import { type ChainFault, isSameValue, type ReplayStep } from './ledger.ts';
import { type ListEntry, listEntryAfter } from './list-entry.ts';
import type { ConsentState } from './state.ts';

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

/** A number's ledger, and the first thing that does not hold of all that is stored of the number. */
export interface StoredAudit extends Omit<Audit, 'fault'> {
  readonly fault: StoredFault | undefined;
}

/** Verifies all that is stored of a number, in one replay of its events. */
export function auditStored(stored: StoredNumber): StoredAudit {
  const { lists, onStep } = createLists();
  const { state, events, fault } = auditItems(stored.events, stored.state, stored.number, onStep);
  return {
    state,
    events,
    fault: fault ?? faultOfMarkers(stored, events) ?? faultOfLists(stored, events, lists()),
  };
}

/** Verifies all that is stored of a number. @returns the first fault, or undefined when everything holds. */
export function verifyStored(stored: StoredNumber): StoredFault | undefined {
  return auditStored(stored).fault;
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

/** What a number is listed by, as it follows from its events. */
interface Lists {
  readonly state: ConsentState | undefined;
  readonly listing: ListEntry | undefined;
  readonly optIns: ReadonlyMap<string, KeywordOptIn>;
}

/** Follows a replay with what the number is listed by. */
function createLists(): { readonly lists: () => Lists; readonly onStep: ReplayStep } {
  let state: ConsentState | undefined;
  let listing: ListEntry | undefined;
  const optIns = new Map<string, KeywordOptIn>();
  return {
    lists: () => ({ state, listing, optIns }),
    onStep: (before, event, after) => {
      listing = listEntryAfter(listing, event);
      for (const change of changedKeywords(before, after)) {
        const optIn = keywordOptInAfter(optIns.get(change.word), change, event);
        if (optIn) optIns.set(change.word, optIn);
      }
      state = after;
    },
  };
}

/** What the lists say must follow from the events as well: nobody may be left out of the list of who opted out. */
function faultOfLists(
  stored: StoredNumber,
  events: readonly ConsentEvent[],
  { state, listing, optIns }: Lists,
): StoredFault | undefined {
  const fault = { sequence: events.length, fault: 'listDiffers' } as const;
  if (state && listing && !contains(stored.state, stateItem(state, listing))) return fault;
  if (stored.keywords.length !== optIns.size) return fault;
  const follows = stored.keywords.every((item) => {
    const optIn = optIns.get(String(item['word']));
    return optIn && contains(item, keywordItem(optIn));
  });
  return follows ? undefined : fault;
}

/** Whether a stored item says what it should, in every field that has a value. */
function contains(stored: Item | undefined, expected: Item): boolean {
  return Object.entries(expected).every(([name, value]) => isSameValue(stored?.[name], value));
}
