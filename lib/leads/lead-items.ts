import type { Item, Key } from '../runtime/dynamodb.ts';
import { type Lead, leadSchema } from './lead.ts';

/** How leads lie in the outreach table. No other file spells these keys. */
export const LEADS_COLLECTION = 'LEADS';

export const leadKey = (id: string): Key => ({ pk: `LEAD#${id}`, sk: 'LEAD' });
const numberPartition = (number: string) => `NUMBER#${number}`;
/** Says that a lead has this number. */
export const holderKey = (number: string, leadId: string): Key => ({
  pk: numberPartition(number),
  sk: `LEAD#${leadId}`,
});
export const holderRange = (number: string) => ({ pk: numberPartition(number), prefix: 'LEAD#' });
/** The lead that form submissions with this number update: one, however many submissions race. */
export const primaryKey = (number: string): Key => ({ pk: numberPartition(number), sk: 'PRIMARY' });

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
