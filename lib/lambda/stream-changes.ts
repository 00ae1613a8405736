import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { MiddlewareObj } from '@middy/core';
import type { Item } from '../runtime/dynamodb.ts';

type Image = Readonly<Record<string, object>>;

/** A record of a table's stream, as Lambda passes it. */
export interface StreamRecord {
  readonly eventSourceARN?: string;
  readonly dynamodb?: {
    readonly SequenceNumber?: string;
    readonly OldImage?: Image;
    readonly NewImage?: Image;
  };
}

/** A change of an item. */
export interface StreamChange<Table extends string> {
  /** Identifies the change for Lambda, which begins again with it after a failure. */
  readonly sequenceNumber: string;
  readonly table: Table;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** An event of a stream, with its changes. */
export interface StreamChangesEvent<Table extends string> {
  readonly Records: readonly StreamRecord[];
  readonly changes: readonly StreamChange<Table>[];
}

/**
 * Reads the changes of a stream's batch, oldest first, and reports the one with which Lambda must begin again. A stream is ordered, so
 * one sequence number is enough.
 *
 * The handler returns the sequence number of the first change that is not done, or undefined when all are done. A handler that uses
 * `inOrder` returns undefined, since `inOrder` throws that number.
 *
 * @param tables the names of the tables whose streams the function follows.
 */
export function streamChanges<Table extends string>(
  tables: Readonly<Record<Table, string>>,
): MiddlewareObj<StreamChangesEvent<Table>> {
  const names = Object.keys(tables) as Table[];
  return {
    before: (request) => {
      const changes = request.event.Records.map(({ eventSourceARN = '', dynamodb = {} }) => {
        const table = names.find((name) => eventSourceARN.includes(`table/${tables[name]}/`));
        if (!table) throw new Error('A change comes from a table that this function does not follow');
        return {
          sequenceNumber: dynamodb.SequenceNumber ?? '',
          table,
          before: unmarshalled(dynamodb.OldImage),
          after: unmarshalled(dynamodb.NewImage),
        };
      });
      request.event = { ...request.event, changes };
    },
    after: (request) => {
      request.response = beginAgainFrom(request.response);
    },
    onError: ({ error }) => {
      if (error instanceof ChangeFailed) return beginAgainFrom(error.sequenceNumber);
      return undefined;
    },
  };
}

/** The failure of a change. Lambda begins again with that change. */
class ChangeFailed extends Error {
  override readonly name = 'ChangeFailed';
  readonly sequenceNumber: string;

  constructor(sequenceNumber: string, cause: unknown) {
    super('', { cause });
    this.sequenceNumber = sequenceNumber;
  }
}

/** Works on changes one after the other. @throws ChangeFailed for the first that failed; later ones are not begun. */
export async function inOrder<Change extends StreamChange<string>>(
  changes: readonly Change[],
  work: (change: Change) => Promise<void>,
): Promise<void> {
  for (const change of changes) {
    try {
      await work(change);
    } catch (error) {
      throw new ChangeFailed(change.sequenceNumber, error);
    }
  }
}

function beginAgainFrom(sequenceNumber: string | undefined) {
  return { batchItemFailures: sequenceNumber === undefined ? [] : [{ itemIdentifier: sequenceNumber }] };
}

function unmarshalled(image: Image | undefined): Item | undefined {
  return image && unmarshall(image as Record<string, AttributeValue>);
}
