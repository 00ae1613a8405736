import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { mapConcurrently } from '../runtime/concurrency.ts';
import { type Item, readManyConsistently, type TableDeps } from '../runtime/dynamodb.ts';
import { lookupKey, ownWriteKey } from './crm-items.ts';

/** The value of a record's field at the last look-up. */
const seenSchema = z.object({ value: z.boolean(), modifiedAt: z.string() });
export type Seen = z.infer<typeof seenSchema>;

/** The last look-up of a number, with the fields that were read. */
export const lookupSchema = z.object({
  number: z.string(),
  lookedUpAt: z.string(),
  /** By record id and field, as `fieldKey` writes them. */
  seen: z.record(z.string(), seenSchema),
});
export type Lookup = z.infer<typeof lookupSchema>;

/** An own write: a field that sendgate ticked for the number whose lead ticked the form's checkbox. */
const ownWriteSchema = z.object({
  recordId: z.string(),
  field: z.string(),
  number: z.string(),
  writtenAt: z.string(),
});
export type OwnWrite = z.infer<typeof ownWriteSchema>;

/** Builds the key of a record's field in `Lookup.seen`. */
export const fieldKey = (recordId: string, field: string) => `${recordId}.${field.toLowerCase()}`;

const MAXIMUM_CONCURRENT_WRITES = 20;

/** Reads and writes look-ups and own writes. */
export type LookupStore = ReturnType<typeof createLookupStore>;

/** @param deps.table the outreach table. */
export function createLookupStore(deps: TableDeps) {
  return {
    /** Reads the last look-ups of some numbers. @returns those that exist, by number. */
    async getMany(numbers: readonly string[]): Promise<ReadonlyMap<string, Lookup>> {
      const items = await readManyConsistently(deps.client, deps.table, numbers.map(lookupKey));
      return new Map(items.map((item) => lookupSchema.parse(item)).map((lookup) => [lookup.number, lookup]));
    },
    /** Replaces look-ups. */
    async put(lookups: readonly Lookup[]): Promise<void> {
      await putMany(
        deps,
        lookups.map((lookup) => ({ ...lookupKey(lookup.number), ...lookup })),
      );
    },
    /** Reads the own writes to some fields. @returns those that exist, by `fieldKey`. */
    async ownWrites(
      fields: readonly { readonly recordId: string; readonly field: string }[],
    ): Promise<ReadonlyMap<string, OwnWrite>> {
      const items = await readManyConsistently(
        deps.client,
        deps.table,
        fields.map(({ recordId, field }) => ownWriteKey(recordId, field)),
      );
      const ownWrites = items.map((item) => ownWriteSchema.parse(item));
      return new Map(ownWrites.map((write) => [fieldKey(write.recordId, write.field), write]));
    },
    /** Stores own writes. */
    async putOwnWrites(ownWrites: readonly OwnWrite[]): Promise<void> {
      await putMany(
        deps,
        ownWrites.map((write) => ({ ...ownWriteKey(write.recordId, write.field), ...write })),
      );
    },
  };
}

async function putMany({ client, table }: TableDeps, items: readonly Item[]): Promise<void> {
  await mapConcurrently(items, MAXIMUM_CONCURRENT_WRITES, (Item) =>
    client.send(new PutCommand({ TableName: table, Item })),
  );
}
