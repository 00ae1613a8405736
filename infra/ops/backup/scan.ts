import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { StoredItem } from './item-lines.ts';

/** The pages of one segment of a table, strongly consistent. */
export async function* pagesOf(
  dynamodb: DynamoDBClient,
  table: string,
  segment: number,
  segments: number,
): AsyncGenerator<readonly StoredItem[]> {
  let from: StoredItem | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        Segment: segment,
        TotalSegments: segments,
        ExclusiveStartKey: from,
        // Without one dynoxide reads all the rest of the table for each page; DynamoDB's ends before.
        Limit: 5000,
      }),
    );
    yield page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}
