import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import canonicalize from 'canonicalize';

/** An item in DynamoDB's own form. Nothing is lost: numbers keep their digits, sets stay sets. */
export type StoredItem = Record<string, AttributeValue>;

/** Writes an item as one line: DynamoDB's JSON with sorted keys, so that equal items are equal lines. */
export function lineOf(item: StoredItem): string {
  return canonicalize(plainMap(item)) ?? '';
}

/** Reads an item from its line. @throws SyntaxError for a line that is no JSON. */
export function itemOf(line: string): StoredItem {
  return JSON.parse(line, (name, value: unknown) => {
    // An attribute that is called B is an object. Only bytes have text under this name.
    if (name === 'B' && typeof value === 'string') return Buffer.from(value, 'base64');
    if (name === 'BS' && isTexts(value)) return value.map((text) => Buffer.from(text, 'base64'));
    return value;
  }) as StoredItem;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function plainMap(item: StoredItem): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

function plain(value: AttributeValue): unknown {
  if (value.M) return { M: plainMap(value.M) };
  if (value.L) return { L: value.L.map(plain) };
  if (value.B) return { B: base64(value.B) };
  if (value.BS) return { BS: value.BS.map(base64).toSorted() };
  if (value.SS) return { SS: value.SS.toSorted() };
  if (value.NS) return { NS: value.NS.toSorted() };
  return value;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** The digest of a set of items: the sum of their lines' SHA-256, which does not depend on the order of reading. */
export interface Digest {
  add(line: string): void;
  /** 64 hex digits. */
  value(): string;
}

const SIZE = 2n ** 256n;

/** Creates the digest of an empty set. */
export function createDigest(): Digest {
  let sum = 0n;
  return {
    add: (line) => {
      sum = (sum + BigInt(`0x${createHash('sha256').update(line).digest('hex')}`)) % SIZE;
    },
    value: () => sum.toString(16).padStart(64, '0'),
  };
}

/** Checks whether an item has no time to live. Other items may vanish at any moment, so they are backed up but not compared. */
export function isDurable(item: StoredItem): boolean {
  return item['expiresAt'] === undefined;
}
