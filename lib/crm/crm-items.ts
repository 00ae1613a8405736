import type { Key } from '../runtime/dynamodb.ts';

/** How what is known of the CRM lies in its tables. No other file spells these keys. */

/** In the configuration table. */
export const preferencesKey: Key = { pk: 'CRM', sk: 'PREFERENCES' };
export const MAPPINGS = 'CRM_MAPPING';
export const mappingKey = (id: string): Key => ({ pk: MAPPINGS, sk: id });

/** In the outreach table. */
const numberPartition = (number: string) => `CRM#${number}`;
/** When a number was looked up and what was seen then. */
export const lookupKey = (number: string): Key => ({ pk: numberPartition(number), sk: 'LOOKUP' });
/** Something to do for a number in the CRM. */
export const crmJobKey = (number: string, id: string): Key => ({
  pk: numberPartition(number),
  sk: `ERRAND#${id}`,
});
/** That sendgate itself wrote a field of a record, and for whom. */
export const ownWriteKey = (recordId: string, field: string): Key => ({
  pk: numberPartition(recordId),
  sk: `WROTE#${field.toLowerCase()}`,
});
export const statusKey: Key = { pk: 'CRM#STATUS', sk: 'STATUS' };
export const sweepKey: Key = { pk: 'CRM#STATUS', sk: 'SWEEP' };
/** Open errands in the work index, by when they are due. */
export const crmJobWork = (shard: number) => `CRM#${shard}`;
/** Every errand that writes, newest first, in the index of collections. */
export const WRITE_BACKS = 'CRM_WRITE_BACKS';
