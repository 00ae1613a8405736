import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Item, Key } from '../runtime/dynamodb.ts';
import { stateKey } from './items.ts';
import type { ConsentRegistryDeps } from './registry.ts';
import { type StoredNumber, storedNumber } from './stored-number.ts';

export interface Walked extends StoredNumber {
  /** Where to go on after this number. */
  readonly last: Key;
}

type Deps = Omit<ConsentRegistryDeps, 'now'>;

/**
 * Reads the whole registry once, number by number, in the order it is stored in: for exports and verification, which concern
 * everything. Holds one page of the table and one number at a time, however large the registry is.
 *
 * @param after the `last` of the number to go on after.
 */
export async function* walk({ client, table }: Deps, after?: Key): AsyncGenerator<Walked> {
  let from: Item | undefined = after;
  let group: Item[] = [];
  do {
    const page = await client.send(
      new ScanCommand({ TableName: table, ExclusiveStartKey: from, ConsistentRead: true }),
    );
    for (const item of page.Items ?? []) {
      if (group.length > 0 && group[0]?.['pk'] !== item['pk']) {
        yield whole(group);
        group = [];
      }
      group.push(item);
    }
    from = page.LastEvaluatedKey;
  } while (from);
  if (group.length > 0) yield whole(group);
}

function whole(items: readonly Item[]): Walked {
  const { pk, sk } = items.at(-1) as Key;
  return { ...storedNumber(items), last: { pk, sk } };
}

/** Everything stored of one number, strongly consistent. */
export async function readStored({ client, table }: Deps, number: string): Promise<StoredNumber> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': stateKey(number).pk },
        ExclusiveStartKey: from,
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return { ...storedNumber(items), number };
}
