import { beforeAll, expect, test } from 'vitest';
import { importConsents } from '../../../functions/admin-api/imports/import-consents.ts';
import { createConsentRegistry } from '../../../lib/consent/registry.ts';
import { newEvent } from '../../lib/consent/new-events.ts';
import { createTables, type Tables } from '../../setup/tables.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await createTables();
});

const given = { id: 'import-1', actor: 'ada', dryRun: false, reOptIn: 'handset' as const };
const now = () => new Date('2026-11-20T12:00:00Z');
const numberOf = (index: number) => `+1303555${1000 + index}`;
const rowsFor = (numbers: readonly string[], proof = 'scan 7') =>
  numbers.map((number, index) => ({
    row: index + 1,
    fields: { number, date: '2026-05-01', method: 'on paper', proof, wording: 'I agree to get texts.' },
  }));

test('S6 X3 a STOP between the reading of fifty numbers and their rows wins over the import', async () => {
  const registry = createConsentRegistry({ client: tables.client, table: tables.consentTable, now });
  const numbers = Array.from({ length: 120 }, (_, index) => numberOf(index));
  const stopped = [numberOf(0), numberOf(49), numberOf(50), numberOf(119)];
  let reads = 0;
  const late: typeof registry = {
    ...registry,
    loadSnapshots: async (of) => {
      reads++;
      const before = await registry.loadSnapshots(of);
      for (const { number } of of) {
        if (stopped.includes(number)) await registry.record(newEvent('optOut', 900, { number }));
      }
      return before;
    },
  };
  const results = await importConsents({ registry: late, now }, rowsFor(numbers), given);
  expect(reads).toBe(3);
  expect(results.map(({ row }) => row)).toEqual(numbers.map((_, index) => index + 1));
  for (const { number = '', outcome } of results) {
    const isStopped = stopped.includes(number);
    expect(outcome, number).toBe(isStopped ? 'late' : 'recorded');
    expect((await registry.read(number)).status).toBe(isStopped ? 'opted_out' : 'opted_in');
    expect(await registry.verify(number)).toBeUndefined();
  }
});

test('S6 several rows of one number are recorded one after the other, and the same row twice is one event', async () => {
  const registry = createConsentRegistry({ client: tables.client, table: tables.consentTable, now });
  const number = numberOf(500);
  const [one, other] = [...rowsFor([number], 'scan 1'), ...rowsFor([number], 'scan 2')];
  const rows = [one, other, one].flatMap((row, index) => (row ? [{ ...row, row: index + 1 }] : []));
  const results = await importConsents({ registry, now }, rows, given);
  expect(results.map(({ outcome }) => outcome)).toEqual(['recorded', 'unchanged', 'unchanged']);
  expect((await registry.read(number)).version).toBe(2);
});
