import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { mapConcurrently } from '../runtime/concurrency.ts';
import { type Item, readManyConsistently, type TableDeps } from '../runtime/dynamodb.ts';
import { lookupKey, ownWriteKey } from './crm-items.ts';

/** What a field of a record said when it was seen last. */
const seenSchema = z.object({ value: z.boolean(), modifiedAt: z.string() });
export type Seen = z.infer<typeof seenSchema>;

/** The last look-up of a number. */
export const lookupSchema = z.object({
  number: z.string(),
  lookedUpAt: z.string(),
  /** By record id and field, as `fieldKey` writes them. */
  seen: z.record(z.string(), seenSchema),
});
export type Lookup = z.infer<typeof lookupSchema>;

/** A field that sendgate itself ticked, for the number whose lead ticked the form's checkbox. */
const echoSchema = z.object({
  recordId: z.string(),
  field: z.string(),
  number: z.string(),
  writtenAt: z.string(),
});
export type OwnWrite = z.infer<typeof echoSchema>;

export const fieldKey = (recordId: string, field: string) => `${recordId}.${field.toLowerCase()}`;

const WRITES_AT_ONCE = 20;

/** What was looked up when, and what sendgate wrote itself. */
export type LookupStore = ReturnType<typeof createLookupStore>;

/** @param deps.table the outreach table. */
export function createLookupStore(deps: TableDeps) {
  return {
    /** The last look-up of each number that ever had one. */
    async getMany(numbers: readonly string[]): Promise<ReadonlyMap<string, Lookup>> {
      const items = await readManyConsistently(deps.client, deps.table, numbers.map(lookupKey));
      return new Map(items.map((item) => lookupSchema.parse(item)).map((lookup) => [lookup.number, lookup]));
    },
    async put(lookups: readonly Lookup[]): Promise<void> {
      await putMany(
        deps,
        lookups.map((lookup) => ({ ...lookupKey(lookup.number), ...lookup })),
      );
    },
    async ownWrites(
      fields: readonly { readonly recordId: string; readonly field: string }[],
    ): Promise<ReadonlyMap<string, OwnWrite>> {
      const items = await readManyConsistently(
        deps.client,
        deps.table,
        fields.map(({ recordId, field }) => ownWriteKey(recordId, field)),
      );
      const echoes = items.map((item) => echoSchema.parse(item));
      return new Map(echoes.map((echo) => [fieldKey(echo.recordId, echo.field), echo]));
    },
    async putEchoes(echoes: readonly OwnWrite[]): Promise<void> {
      await putMany(
        deps,
        echoes.map((echo) => ({ ...ownWriteKey(echo.recordId, echo.field), ...echo })),
      );
    },
  };
}

async function putMany({ client, table }: TableDeps, items: readonly Item[]): Promise<void> {
  await mapConcurrently(items, WRITES_AT_ONCE, (Item) =>
    client.send(new PutCommand({ TableName: table, Item })),
  );
}
