import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../runtime/dynamodb.ts';

/** The index of the outreach table by which everything of a kind is listed: `collection` names the kind, `collectionOrder` its order. */
export const COLLECTION_INDEX = 'collection';

/**
 * One page of a collection, newest first. Follows the table within a second or so.
 *
 * @param cursor the `next` of the page before.
 */
export async function pageOfCollection(
  client: DynamoDBDocumentClient,
  TableName: string,
  collection: string,
  limit: number,
  cursor?: Item,
): Promise<{ items: Item[]; next: Item | undefined }> {
  const page = await client.send(
    new QueryCommand({
      TableName,
      IndexName: COLLECTION_INDEX,
      KeyConditionExpression: '#collection = :collection',
      ExpressionAttributeNames: { '#collection': 'collection' },
      ExpressionAttributeValues: { ':collection': collection },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: cursor,
    }),
  );
  return { items: page.Items ?? [], next: page.LastEvaluatedKey };
}
