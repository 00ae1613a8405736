import type { Item } from '../runtime/dynamodb.ts';
import { type Audit, auditItems } from './audit.ts';
import type { ConsentEvent } from './consent-event.ts';
import { keywordItem, kindOfItem, numberOfItem, sourceKey, stateItem } from './consent-items.ts';
import { changedKeywords, type KeywordOptIn, keywordOptInAfter } from './keyword-opt-in.ts';
import { type ChainFault, isSameValue, type ReplayStep } from './ledger.ts';
import { type ListEntry, listEntryAfter } from './list-entry.ts';
import type { ConsentState } from './state.ts';

/** All items that the registry stores of one number. */
export interface StoredNumber {
  readonly number: string;
  readonly state: Item | undefined;
  /** In the order of their keys. */
  readonly events: readonly Item[];
  readonly sources: readonly Item[];
  readonly keywords: readonly Item[];
}

/** A fault of a number: in its chain, in the markers of its source events, or in the lists. */
export interface StoredFault {
  readonly sequence: number;
  readonly fault: ChainFault['fault'] | 'sourceMarkerDiffers' | 'listDiffers';
}

/** Groups one number's items by their kind, each kind in the order of its keys. */
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

/** A number's ledger, and the first fault in all that is stored of the number. */
export interface StoredAudit extends Omit<Audit, 'fault'> {
  readonly fault: StoredFault | undefined;
}

/** Verifies all that is stored of a number, in one replay of its events (X2). Pure. */
export function auditStored(stored: StoredNumber): StoredAudit {
  const { lists, onStep } = createLists();
  const { state, events, fault } = auditItems(stored.events, stored.state, stored.number, onStep);
  return {
    state,
    events,
    fault: fault ?? faultOfMarkers(stored, events) ?? faultOfLists(stored, events, lists()),
  };
}

/** Verifies all that is stored of a number (X2). Pure. @returns the first fault, or undefined when everything holds. */
export function verifyStored(stored: StoredNumber): StoredFault | undefined {
  return auditStored(stored).fault;
}

/** Finds an event without its source marker, or a marker without its event. Without it a source event could be recorded twice. */
function faultOfMarkers({ number, sources }: StoredNumber, events: readonly ConsentEvent[]) {
  const marked = new Map(sources.map((item) => [item['sk'], item['sequence']]));
  const differing = events.find(
    ({ sourceId, sequence }) => marked.get(sourceKey(number, sourceId).sk) !== sequence,
  );
  if (differing) return { sequence: differing.sequence, fault: 'sourceMarkerDiffers' } as const;
  if (sources.length === events.length) return undefined;
  return { sequence: events.length + 1, fault: 'sourceMarkerDiffers' } as const;
}

/** The list entries of a number that follow from its events. */
interface Lists {
  readonly state: ConsentState | undefined;
  readonly listing: ListEntry | undefined;
  readonly optIns: ReadonlyMap<string, KeywordOptIn>;
}

/** Derives the list entries of a number during a replay. */
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

/** Compares the stored list entries with those that follow from the events: the list of opt-outs must be complete. */
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

/** Tells whether a stored item has every expected field with the expected value. */
function contains(stored: Item | undefined, expected: Item): boolean {
  return Object.entries(expected).every(([name, value]) => isSameValue(stored?.[name], value));
}
