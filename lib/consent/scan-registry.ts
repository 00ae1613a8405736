import { setImmediate } from 'node:timers/promises';
import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import { type Item, type Key, readPartition, type TableDeps } from '../runtime/dynamodb.ts';
import { stateKey } from './consent-items.ts';
import { type StoredNumber, storedNumber } from './stored-number.ts';

export interface ScannedNumber extends StoredNumber {
  /** Where to go on after this number. */
  readonly last: Key;
}

/**
 * A page of DynamoDB's has 1 MiB, some 3,000 items of ours: it stays as it is. Without a limit dynoxide reads all the rest of the
 * table for each page.
 */
export const ITEMS_OF_A_PAGE = 5000;
/** Numbers between two looks at the sockets. */
const GROUP = 50;

/**
 * Reads the whole registry once, number by number, in the order it is stored in: for exports and verification, which concern
 * everything. Holds two pages of the table, however large the registry is.
 *
 * @param after the `last` of the number to go on after.
 */
export async function* scanRegistry(deps: TableDeps, after?: Key): AsyncGenerator<ScannedNumber> {
  for await (const numbers of scanRegistryInGroups(deps, after)) yield* numbers;
}

/** The same, by fifties at most. */
export async function* scanRegistryInGroups(deps: TableDeps, after?: Key): AsyncGenerator<ScannedNumber[]> {
  let items: Item[] = [];
  let numbers: ScannedNumber[] = [];
  for await (const page of pagesOf(deps, after)) {
    for (const item of page) {
      if (items.length > 0 && items[0]?.['pk'] !== item['pk']) {
        numbers.push(whole(items));
        items = [];
      }
      items.push(item);
      if (numbers.length < GROUP) continue;
      yield numbers;
      numbers = [];
      // Else the next page would be asked for only when all of this one is worked off.
      await setImmediate();
    }
  }
  if (items.length > 0) numbers.push(whole(items));
  if (numbers.length > 0) yield numbers;
}

/** The pages of the table. The next one is on its way while one is worked on. */
async function* pagesOf({ client, table }: TableDeps, after: Key | undefined): AsyncGenerator<Item[]> {
  const read = (from: Item | undefined) => {
    const page = client.send(
      new ScanCommand({
        TableName: table,
        ExclusiveStartKey: from,
        ConsistentRead: true,
        Limit: ITEMS_OF_A_PAGE,
      }),
    );
    // Whoever stops early asks for it no more; whoever goes on meets its error there.
    page.catch(() => {});
    return page;
  };
  for (let coming: ReturnType<typeof read> | undefined = read(after); coming; ) {
    const { Items = [], LastEvaluatedKey }: ScanCommandOutput = await coming;
    coming = LastEvaluatedKey && read(LastEvaluatedKey);
    yield Items;
  }
}

function whole(items: readonly Item[]): ScannedNumber {
  const { pk, sk } = items.at(-1) as Key;
  return { ...storedNumber(items), last: { pk, sk } };
}

/** Everything stored of one number, strongly consistent. */
export async function readStored({ client, table }: TableDeps, number: string): Promise<StoredNumber> {
  const items = await readPartition(client, table, { pk: stateKey(number).pk });
  return { ...storedNumber(items), number };
}
