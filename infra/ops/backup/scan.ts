import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { StoredItem } from './item-lines.ts';

/** Scans one segment of a table page by page, strongly consistent. @param segment from 0. */
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
        // Without a limit dynoxide reads the rest of the table for each page. DynamoDB's own limit of a page is smaller.
        Limit: 5000,
      }),
    );
    yield page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}
