import type { Key } from '../runtime/dynamodb.ts';

// Keys of the CRM's items. No other file spells them.

/** Key of the preferences in the configuration table. */
export const preferencesKey: Key = { pk: 'CRM', sk: 'PREFERENCES' };
/** Partition of the mappings in the configuration table. */
export const MAPPINGS = 'CRM_MAPPING';
/** Builds the key of a mapping. */
export const mappingKey = (id: string): Key => ({ pk: MAPPINGS, sk: id });

const numberPartition = (number: string) => `CRM#${number}`;
/** Builds the key of a number's last look-up, in the outreach table. */
export const lookupKey = (number: string): Key => ({ pk: numberPartition(number), sk: 'LOOKUP' });
/** Builds the key of a CRM job, in the outreach table. */
export const crmJobKey = (number: string, id: string): Key => ({
  pk: numberPartition(number),
  sk: `JOB#${id}`,
});
/** Builds the key of an own write, in the outreach table: a field of a record that sendgate ticked. */
export const ownWriteKey = (recordId: string, field: string): Key => ({
  pk: numberPartition(recordId),
  sk: `WROTE#${field.toLowerCase()}`,
});
/** Keys of the status and of the sweep's position, in the outreach table. */
export const statusKey: Key = { pk: 'CRM#STATUS', sk: 'STATUS' };
export const sweepKey: Key = { pk: 'CRM#STATUS', sk: 'SWEEP' };
/** Names the partition of the work index with a shard's open CRM jobs, in the order of their due times. */
export const crmJobWork = (shard: number) => `CRM#${shard}`;
/** Name of the collection of all CRM jobs that write, newest first. */
export const WRITE_BACKS = 'CRM_WRITE_BACKS';
