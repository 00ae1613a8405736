import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Item, TableDeps } from '../runtime/dynamodb.ts';

/** The index of the outreach table that lists the items of a kind: partition `collection`, order `collectionOrder`. */
export const COLLECTION_INDEX = 'collection';

export interface CollectionPageRequest {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: Item | undefined;
  /** Selects the items that come after this place in the collection. */
  readonly below?: string | undefined;
}

/** Reads one page of a collection, newest first. The index follows the table within about a second. */
export async function pageOfCollection(
  { client, table }: TableDeps,
  collection: string,
  { limit, cursor, below }: CollectionPageRequest,
): Promise<{ items: Item[]; next: Item | undefined }> {
  const isBelow = below === undefined ? '' : ' AND collectionOrder < :below';
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: COLLECTION_INDEX,
      KeyConditionExpression: `#collection = :collection${isBelow}`,
      ExpressionAttributeNames: { '#collection': 'collection' },
      ExpressionAttributeValues: { ':collection': collection, ':below': below },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: cursor,
    }),
  );
  return { items: page.Items ?? [], next: page.LastEvaluatedKey };
}
