import type { Duration } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { OrganizationScope } from './organization-scope.ts';
import type { SendgateFunction } from './sendgate-function.ts';

export interface FollowProps {
  /** Filters the changes that the function gets, by a record's `dynamodb` field. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Gets a notice of each change that was given up. */
  readonly deadLetters: Queue;
  /** Tries a failed change again this often; 10 times when absent. */
  readonly retryAttempts?: number;
  readonly maxRecordAge?: Duration;
}

const RETRY_ATTEMPTS = 10;

/** Invokes a function with the changes of a table. A standby stack follows nothing, since restored items are no changes. */
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
