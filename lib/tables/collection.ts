import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Item, TableDeps } from '../runtime/dynamodb.ts';

/** The index of the outreach table by which everything of a kind is listed: `collection` names the kind, `collectionOrder` its order. */
export const COLLECTION_INDEX = 'collection';

export interface CollectionPageRequest {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: Item | undefined;
  /** Only what comes after this place in the collection. */
  readonly below?: string | undefined;
}

/** One page of a collection, newest first. Follows the table within a second or so. */
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
