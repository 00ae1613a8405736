import * as z from 'zod';
import type { Item, Key, TransactItem } from '../runtime/dynamodb.ts';
import { type Lead, leadSchema } from './lead.ts';

/** Name of the collection of all leads in the outreach table. No other file spells these keys. */
export const LEADS_COLLECTION = 'LEADS';

/** Builds the key of a lead. */
export const leadKey = (id: string): Key => ({ pk: `LEAD#${id}`, sk: 'LEAD' });
const numberPartition = (number: string) => `NUMBER#${number}`;
/** Builds the key of the item that says that a lead has a number. */
export const leadWithNumberKey = (number: string, leadId: string): Key => ({
  pk: numberPartition(number),
  sk: `LEAD#${leadId}`,
});
/** Names the range of a number's items, one for each lead that has or had it. */
export const leadsWithNumberRange = (number: string) => ({ pk: numberPartition(number), prefix: 'LEAD#' });
/** Builds the key of a number's primary item. */
export const primaryKey = (number: string): Key => ({ pk: numberPartition(number), sk: 'PRIMARY' });

const primarySchema = z.object({
  /** The primary lead: form submissions with this number update it. There is one, even if submissions race. */
  leadId: z.string().optional(),
  /** Every lead that has the number. Lists read it for many numbers at once. Absent in items of before it was kept. */
  leadsWithNumber: z.array(z.string()).optional(),
});
/** The primary item of a number: its primary lead, and all leads that have it. */
export type Primary = z.infer<typeof primarySchema>;

/** Parses a primary item. @throws ZodError for any other item. */
export function parsePrimary(item: Item): Primary {
  return primarySchema.parse(item);
}

/** Builds a put that replaces a number's primary item if it is still as it was read. @param before undefined when there was none. */
export function putPrimary(
  table: string,
  number: string,
  before: Primary | undefined,
  after: Primary,
): TransactItem {
  const put = { TableName: table, Item: { ...primaryKey(number), ...after } };
  if (!before) return { Put: { ...put, ConditionExpression: 'attribute_not_exists(pk)' } };
  const present = (['leadId', 'leadsWithNumber'] as const).filter((name) => before[name] !== undefined);
  const values = Object.fromEntries(present.map((name) => [`:${name}`, before[name]]));
  const unchanged = (['leadId', 'leadsWithNumber'] as const).map((name) =>
    before[name] === undefined ? `attribute_not_exists(${name})` : `${name} = :${name}`,
  );
  return {
    Put: {
      ...put,
      ConditionExpression: ['attribute_exists(pk)', ...unchanged].join(' AND '),
      ...(present.length > 0 && { ExpressionAttributeValues: values }),
    },
  };
}

/** Builds the stored item of a lead. */
export function leadItem(lead: Lead): Item {
  return {
    ...leadKey(lead.id),
    ...lead,
    collection: LEADS_COLLECTION,
    collectionOrder: `${lead.createdAt}#${lead.id}`,
  };
}

/** Parses a stored lead. @throws ZodError for any other item. */
export function parseLead(item: Item): Lead {
  return leadSchema.parse(item);
}
