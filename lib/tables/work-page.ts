import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Item, TableDeps } from '../runtime/dynamodb.ts';
import { WORK_INDEX } from './outreach.ts';

/** Selects a part of a partition of the work index: all before a moment, or all in a span with both its ends. */
export type WorkSpan = { readonly before: string } | { readonly from: string; readonly to: string };

/** Sorts before every moment and after every number. A span from here on leaves out texts that wait without end. */
export const FIRST_MOMENT = '0';

export interface WorkPageRequest {
  /** Part of the partition to read; the whole partition when absent. */
  readonly span?: WorkSpan | undefined;
  readonly isNewestFirst?: boolean;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: Item | undefined;
}

/**
 * Reads one page of a partition of the work index, in its order. The index follows the table within about a second, so a caller
 * must read the item itself before it acts.
 */
export async function pageOfWork(
  { client, table }: TableDeps,
  work: string,
  { span, isNewestFirst = false, limit, cursor }: WorkPageRequest,
): Promise<{ items: Item[]; next: Item | undefined }> {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: `#work = :work${conditionOf(span)}`,
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': work, ...valuesOf(span) },
      ScanIndexForward: !isNewestFirst,
      Limit: limit,
      ExclusiveStartKey: cursor,
    }),
  );
  return { items: page.Items ?? [], next: page.LastEvaluatedKey };
}

function conditionOf(span: WorkSpan | undefined): string {
  if (span === undefined) return '';
  return 'before' in span ? ' AND workOrder < :before' : ' AND workOrder BETWEEN :from AND :to';
}

function valuesOf(span: WorkSpan | undefined): Item {
  if (span === undefined) return {};
  return 'before' in span ? { ':before': span.before } : { ':from': span.from, ':to': span.to };
}
