import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactItem } from './dynamodb.ts';

function hasName(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Tells whether an error says that a single write's condition failed. */
export function isConditionFailure(error: unknown): boolean {
  return hasName(error, 'ConditionalCheckFailedException');
}

/**
 * Awaits a single conditional write.
 *
 * @returns its answer, or undefined when its condition failed and nothing was written.
 */
export async function ifConditionHolds<Answer>(write: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}

/**
 * Reads the codes of a cancelled transaction from its error.
 *
 * @returns one code per action, in their order (`None`, `ConditionalCheckFailed`, `TransactionConflict`, ...); undefined for
 *   another error.
 */
export function cancellationCodes(error: unknown): readonly string[] | undefined {
  if (!hasName(error, 'TransactionCanceledException')) return undefined;
  const reasons = (error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
  return reasons.map((reason) => reason.Code ?? 'None');
}

/**
 * Tells whether an unchanged retry can help a cancelled transaction: another transaction held an item, or DynamoDB was short of
 * capacity, and no condition failed.
 */
export function isTransientCancellation(codes: readonly string[]): boolean {
  return codes.every((code) => code !== 'ConditionalCheckFailed') && codes.some((code) => code !== 'None');
}

/**
 * Writes some actions in one transaction: all of them or none.
 *
 * @returns undefined when they are written, or the codes of `cancellationCodes` when the transaction was cancelled.
 * @throws any other error of DynamoDB.
 */
export async function transact(
  client: DynamoDBDocumentClient,
  actions: readonly TransactItem[],
): Promise<readonly string[] | undefined> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: [...actions] }));
    return undefined;
  } catch (error) {
    const codes = cancellationCodes(error);
    if (codes === undefined) throw error;
    return codes;
  }
}
