import { setImmediate } from 'node:timers/promises';
import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import { type Item, type Key, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import { stateKey } from './consent-items.ts';
import { type StoredNumber, storedNumber } from './stored-number.ts';

export interface ScannedNumber extends StoredNumber {
  /** Key of the number's last item: a scan goes on after it. */
  readonly last: Key;
}

/**
 * Most items of one scan page. DynamoDB's own limit of 1 MiB, about 3,000 of our items, comes first; dynoxide, the local engine,
 * would read the whole rest of the table for each page without this limit.
 */
export const ITEMS_PER_PAGE = 5000;
/** Numbers that are worked on before the event loop handles I/O again. */
const NUMBERS_PER_GROUP = 50;

/**
 * Scans the whole registry, number by number, in stored order, for exports and verification. Strongly consistent. Holds at
 * most two pages of the table in memory.
 *
 * @param after the `last` of the number after which the scan begins.
 */
export async function* scanRegistry(deps: TableDeps, after?: Key): AsyncGenerator<ScannedNumber> {
  for await (const numbers of scanRegistryInGroups(deps, after)) yield* numbers;
}

/** Scans the whole registry as `scanRegistry` does, in groups of at most 50 numbers. */
export async function* scanRegistryInGroups(deps: TableDeps, after?: Key): AsyncGenerator<ScannedNumber[]> {
  let items: Item[] = [];
  let numbers: ScannedNumber[] = [];
  for await (const page of scanPages(deps, after)) {
    for (const item of page) {
      if (items.length > 0 && items[0]?.['pk'] !== item['pk']) {
        numbers.push(scannedNumber(items));
        items = [];
      }
      items.push(item);
      if (numbers.length < NUMBERS_PER_GROUP) continue;
      yield numbers;
      numbers = [];
      // Lets the request for the next page leave before this page is done.
      await setImmediate();
    }
  }
  if (items.length > 0) numbers.push(scannedNumber(items));
  if (numbers.length > 0) yield numbers;
}

/** Scans the table page by page. Requests the next page while the caller works on one. */
async function* scanPages({ client, table }: TableDeps, after: Key | undefined): AsyncGenerator<Item[]> {
  const read = (from: Item | undefined) => {
    const page = client.send(
      new ScanCommand({
        TableName: table,
        ExclusiveStartKey: from,
        ConsistentRead: true,
        Limit: ITEMS_PER_PAGE,
      }),
    );
    // A caller that stops early never awaits this page. A caller that goes on gets its error from `await` below.
    page.catch(() => {});
    return page;
  };
  for (let next: ReturnType<typeof read> | undefined = read(after); next; ) {
    const { Items = [], LastEvaluatedKey }: ScanCommandOutput = await next;
    next = LastEvaluatedKey && read(LastEvaluatedKey);
    yield Items;
  }
}

function scannedNumber(items: readonly Item[]): ScannedNumber {
  const { pk, sk } = items.at(-1) as Key;
  return { ...storedNumber(items), last: { pk, sk } };
}

/** Reads everything stored of one number, strongly consistent. */
export async function readStored({ client, table }: TableDeps, number: string): Promise<StoredNumber> {
  const items = await readPartition(client, table, { pk: stateKey(number).pk });
  return { ...storedNumber(items), number };
}
