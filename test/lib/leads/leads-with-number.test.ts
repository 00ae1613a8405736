import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { primaryKey } from '../../../lib/leads/lead-items.ts';
import { createLeadStore, type LeadStore } from '../../../lib/leads/lead-store.ts';
import { createTables, type Tables } from '../../setup/tables.ts';

let tables: Tables;
let leads: LeadStore;
beforeAll(async () => {
  tables = await createTables();
  leads = createLeadStore({ client: tables.client, table: tables.outreachTable, now: () => new Date() });
});

const [ONE, OTHER, THIRD, NOBODYS] = ['+13035550181', '+13035550182', '+13035550183', '+13035550184'];
const NUMBERS = [ONE, OTHER, THIRD, NOBODYS] as string[];

/** Compares the lists of leads with the leads' own entries. */
async function agrees(): Promise<void> {
  const listed = await leads.leadsWithNumbers(NUMBERS);
  for (const number of NUMBERS) {
    expect(listed.get(number), number).toEqual((await leads.leadsWithNumber(number)).toSorted());
  }
}

test('C4 S1 a list shows every lead of a number, also when leads were added and numbers moved at the same time', async () => {
  const made = await Promise.all([
    ...Array.from({ length: 4 }, () => leads.create(ONE, {})),
    ...Array.from({ length: 4 }, () => leads.upsertByNumber(OTHER, {})),
  ]);
  await agrees();
  expect((await leads.leadsWithNumbers(NUMBERS)).get(ONE)).toHaveLength(4);
  // Racing submissions create one lead.
  expect((await leads.leadsWithNumbers(NUMBERS)).get(OTHER)).toHaveLength(1);
  await Promise.all([
    ...made.slice(0, 2).map(({ id }) => leads.changeNumber(id, OTHER)),
    leads.changeNumber(made[2]?.id ?? '', THIRD),
    leads.create(ONE, {}),
    leads.create(THIRD, {}),
  ]);
  await agrees();
  expect(await leads.leadsWithNumbers([NOBODYS])).toEqual(new Map([[NOBODYS, []]]));
});

test('C4 leads from before lists kept them are shown, and kept with the next one', async () => {
  const number = '+13035550185';
  const first = await leads.create(number, {});
  const second = await leads.create(number, {});
  const key = { TableName: tables.outreachTable, Key: primaryKey(number) };
  await tables.client.send(new UpdateCommand({ ...key, UpdateExpression: 'REMOVE holders' }));
  expect((await leads.leadsWithNumbers([number])).get(number)).toEqual([first.id, second.id].toSorted());
  const third = await leads.create(number, {});
  const all = [first.id, second.id, third.id].toSorted();
  expect((await leads.leadsWithNumbers([number])).get(number)).toEqual(all);
  expect((await leads.leadsWithNumber(number)).toSorted()).toEqual(all);
  // Submissions still belong to the first lead.
  expect((await leads.upsertByNumber(number, { firstName: 'Dana' })).id).toBe(first.id);
});
