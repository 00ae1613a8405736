import type { Duration } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { OrganizationScope } from './organization-scope.ts';
import type { SendgateFunction } from './sendgate-function.ts';

export interface FollowProps {
  /** The changes that the function takes, as a filter over a record's `dynamodb`. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Where notices of changes go that were given up. */
  readonly deadLetters: Queue;
  /** How often a change is tried again. */
  readonly retryAttempts?: number;
  readonly maxRecordAge?: Duration;
}

const RETRY_ATTEMPTS = 10;

/** Has a function follow the changes of a table, unless the stack stands by: a restored item is no news. */
export function followTable(
  scope: OrganizationScope,
  fn: SendgateFunction,
  { table }: { readonly table: Table },
  { changes, deadLetters, retryAttempts = RETRY_ATTEMPTS, maxRecordAge }: FollowProps,
): void {
  if (!scope.isLive) return;
  fn.addEventSource(
    new DynamoEventSource(table as ITable, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts,
      ...(maxRecordAge && { maxRecordAge }),
      onFailure: new SqsDlq(deadLetters),
      filters: [FilterCriteria.filter({ dynamodb: changes })],
    }),
  );
}
