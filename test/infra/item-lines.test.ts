import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDigest, itemOf, lineOf, type StoredItem } from '../../infra/ops/backup/item-lines.ts';

/** Generates names of attributes, among them those of DynamoDB's own types. */
const names = fc.oneof(
  fc.constantFrom('B', 'BS', 'S', 'M', 'L', 'N', '__proto__x'),
  // The SDK's own marshaller refuses the names that every object has.
  fc.string({ minLength: 1 }).filter((name) => !(name in Object.prototype)),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
    fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }).map((texts) => new Set(texts)),
    fc
      .array(fc.uint8Array({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 1 })
      .map((bytes) => new Set(bytes)),
    fc.array(tie('value')),
    fc.dictionary(names, tie('value')),
  ),
}));
const items = fc.dictionary(names, value).map((item) => marshall(item) as StoredItem);

test('an item comes back from its line as it was, bytes and sets and odd names included, and one item is one line', () => {
  fc.assert(
    fc.property(items, (item) => {
      const line = lineOf(item);
      expect(line).not.toContain('\n');
      expect(lineOf(itemOf(line))).toBe(line);
      expect(lineOf(reversed(item))).toBe(line);
      const bytes = JSON.stringify(itemOf(line), asBase64);
      expect(JSON.parse(bytes)).toEqual(JSON.parse(JSON.stringify(itemOf(lineOf(item)), asBase64)));
    }),
  );
});

test('a number keeps its digits, and bytes their value', () => {
  const item: StoredItem = {
    long: { N: '12345678901234567890.123456789' },
    bytes: { B: Buffer.from([0, 255, 10]) },
    B: { M: { B: { S: 'no bytes' } } },
  };
  const back = itemOf(lineOf(item));
  expect(back['long']).toEqual({ N: '12345678901234567890.123456789' });
  expect([...(back['bytes']?.B ?? [])]).toEqual([0, 255, 10]);
  expect(back['B']).toEqual({ M: { B: { S: 'no bytes' } } });
});

test('a digest is the same in any order and another one for any other set of items', () => {
  const digestOf = (lines: readonly string[]) => {
    const digest = createDigest();
    for (const line of lines) digest.add(line);
    return digest.value();
  };
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (lines, more) => {
      expect(digestOf(lines.toReversed())).toBe(digestOf(lines));
      expect(digestOf([...lines, more])).not.toBe(digestOf(lines));
      expect(digestOf(lines.slice(1))).not.toBe(digestOf(lines));
    }),
  );
});

const reversed = (item: StoredItem) => Object.fromEntries(Object.entries(item).toReversed()) as StoredItem;
const asBase64 = (_: string, part: unknown) =>
  part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part;
