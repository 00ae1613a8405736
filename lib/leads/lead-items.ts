import * as z from 'zod';
import type { Item, Key, TransactItem } from '../runtime/dynamodb.ts';
import { type Lead, leadSchema } from './lead.ts';

/** How leads lie in the outreach table. No other file spells these keys. */
export const LEADS_COLLECTION = 'LEADS';

export const leadKey = (id: string): Key => ({ pk: `LEAD#${id}`, sk: 'LEAD' });
const numberPartition = (number: string) => `NUMBER#${number}`;
/** Says that a lead has this number. */
export const leadWithNumberKey = (number: string, leadId: string): Key => ({
  pk: numberPartition(number),
  sk: `LEAD#${leadId}`,
});
export const leadsWithNumberRange = (number: string) => ({ pk: numberPartition(number), prefix: 'LEAD#' });
export const primaryKey = (number: string): Key => ({ pk: numberPartition(number), sk: 'PRIMARY' });

const primarySchema = z.object({
  /** The lead that form submissions with this number update: one, however many submissions race. */
  leadId: z.string().optional(),
  /** Every lead that has the number, for lists, which ask for many numbers at once. Absent where nobody kept it yet. */
  leadsWithNumber: z.array(z.string()).optional(),
});
/** What is kept of a number beside its leads. */
export type Primary = z.infer<typeof primarySchema>;

export function parsePrimary(item: Item): Primary {
  return primarySchema.parse(item);
}

/** Puts it over what it was decided on. @param before undefined where there was none. */
export function putPrimary(
  table: string,
  number: string,
  before: Primary | undefined,
  after: Primary,
): TransactItem {
  const put = { TableName: table, Item: { ...primaryKey(number), ...after } };
  if (!before) return { Put: { ...put, ConditionExpression: 'attribute_not_exists(pk)' } };
  const given = (['leadId', 'leadsWithNumber'] as const).filter((name) => before[name] !== undefined);
  const values = Object.fromEntries(given.map((name) => [`:${name}`, before[name]]));
  const unchanged = (['leadId', 'leadsWithNumber'] as const).map((name) =>
    before[name] === undefined ? `attribute_not_exists(${name})` : `${name} = :${name}`,
  );
  return {
    Put: {
      ...put,
      ConditionExpression: ['attribute_exists(pk)', ...unchanged].join(' AND '),
      ...(given.length > 0 && { ExpressionAttributeValues: values }),
    },
  };
}

export function leadItem(lead: Lead): Item {
  return {
    ...leadKey(lead.id),
    ...lead,
    collection: LEADS_COLLECTION,
    collectionOrder: `${lead.createdAt}#${lead.id}`,
  };
}

export function parseLead(item: Item): Lead {
  return leadSchema.parse(item);
}
