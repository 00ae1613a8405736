import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { LOST, type Lost, retryLost } from '../runtime/change-versioned.ts';
import { ifConditionHolds, transact } from '../runtime/conditional-writes.ts';
import {
  type ClockedTableDeps,
  type Item,
  readItem,
  readManyConsistently,
  type TableDeps,
} from '../runtime/dynamodb.ts';
import { putIfAbsent } from '../runtime/item-conditions.ts';
import { pageOfCollection } from '../tables/collection.ts';
import type { Lead, LeadDetails } from './lead.ts';
import {
  LEADS_COLLECTION,
  leadItem,
  leadKey,
  leadWithNumberKey,
  type Primary,
  parseLead,
  putPrimary,
} from './lead-items.ts';
import {
  addLeadToNumber,
  leadsWithNumber,
  leadsWithNumberOf,
  readPrimary,
  removeLeadFromNumber,
} from './leads-with-number.ts';

/** Reads and writes leads, and which leads have a number. */
export type LeadStore = ReturnType<typeof createLeadStore>;

/** @param deps.table the outreach table. */
export function createLeadStore(deps: ClockedTableDeps) {
  return {
    /** Reads a lead. */
    get: (id: string) => get(deps, id),
    /** Reads many leads. @returns those that exist, by id. */
    getMany: (ids: readonly string[]) => getMany(deps, ids),
    /** Creates the number's primary lead, or updates its details: every submission with a number belongs to one lead. */
    upsertByNumber: (number: string, details: LeadDetails) => upsertByNumber(deps, number, details),
    /** Creates a lead, even if another one has the number (C4). */
    create: (number: string, details: LeadDetails) => create(deps, number, details),
    /** Sets the given details and leaves the others. @returns undefined when there is no such lead. */
    changeDetails: (id: string, details: LeadDetails) => changeDetails(deps, id, details),
    /** Gives a lead another number (T3). `followNumber` moves its enrollments. @returns undefined when there is no such lead. */
    changeNumber: (id: string, number: string) => changeNumber(deps, id, number),
    /** Lists the ids of all leads that have a number. */
    leadsWithNumber: (number: string) => leadsWithNumber(deps, number),
    /** Lists the ids of the leads of many numbers, at most 1000 for each. Makes one request for each hundred numbers. */
    leadsWithNumbers: (numbers: readonly string[]) => leadsWithNumberOf(deps, numbers),
    /** Marks a lead whose number the carrier cannot deliver to. @param code Twilio's error code. */
    markUnreachable: (id: string, number: string, code: number) => markUnreachable(deps, id, number, code),
    /** Clears the mark of every lead with the number, because a text came from it. */
    markReachable: (number: string) => markReachable(deps, number),
    /** Lists leads, newest first. @param cursor the `next` of the page before. */
    list: (limit: number, cursor?: Item) => list(deps, limit, cursor),
  };
}

async function get(deps: TableDeps, id: string): Promise<Lead | undefined> {
  const item = await readItem(deps, leadKey(id));
  return item && parseLead(item);
}

async function getMany({ client, table }: TableDeps, ids: readonly string[]): Promise<Map<string, Lead>> {
  const leads = (await readManyConsistently(client, table, ids.map(leadKey))).map(parseLead);
  return new Map(leads.map((lead) => [lead.id, lead]));
}

async function upsertByNumber(deps: ClockedTableDeps, number: string, details: LeadDetails): Promise<Lead> {
  return retryLost('The lead of a number', async () => {
    const primary = await readPrimary(deps, number);
    const leadId = primary?.leadId;
    if (leadId === undefined) return tryCreate(deps, number, details, primary);
    return (await changeDetails(deps, leadId, details)) ?? LOST;
  });
}

async function create(deps: ClockedTableDeps, number: string, details: LeadDetails): Promise<Lead> {
  return retryLost('A further lead of a number', async () =>
    tryCreate(deps, number, details, await readPrimary(deps, number)),
  );
}

/**
 * Creates a lead. It becomes the number's primary lead if there is none.
 *
 * @param before the number's primary item. @returns LOST when that item has changed.
 */
async function tryCreate(
  deps: ClockedTableDeps,
  number: string,
  details: LeadDetails,
  before: Primary | undefined,
): Promise<Lead | Lost> {
  const { client, table, now } = deps;
  const at = now().toISOString();
  const lead: Lead = { id: randomUUID(), number, details, createdAt: at, updatedAt: at };
  const after = await addLeadToNumber(deps, number, before, lead.id);
  const codes = await transact(client, [
    { Put: putIfAbsent(table, leadItem(lead)) },
    { Put: { TableName: table, Item: { ...leadWithNumberKey(number, lead.id), leadId: lead.id } } },
    putPrimary(table, number, before, after),
  ]);
  return codes ? LOST : lead;
}

/** Sets the given details and leaves the others as they are. @returns undefined when there is no such lead. */
async function changeDetails(
  { client, table, now }: ClockedTableDeps,
  id: string,
  details: LeadDetails,
): Promise<Lead | undefined> {
  const changes = Object.entries(details).filter(([, value]) => value !== undefined && value !== '');
  const sets = changes.map((_, index) => `details.#d${index} = :d${index}`);
  const update = new UpdateCommand({
    TableName: table,
    Key: leadKey(id),
    ConditionExpression: 'attribute_exists(pk)',
    UpdateExpression: `SET ${['updatedAt = :now', ...sets].join(', ')}`,
    ...(changes.length > 0 && {
      ExpressionAttributeNames: Object.fromEntries(changes.map(([name], index) => [`#d${index}`, name])),
    }),
    ExpressionAttributeValues: {
      ':now': now().toISOString(),
      ...Object.fromEntries(changes.map(([, value], index) => [`:d${index}`, value])),
    },
    ReturnValues: 'ALL_NEW',
  });
  const answer = await ifConditionHolds(client.send(update));
  return answer?.Attributes && parseLead(answer.Attributes);
}

async function changeNumber(deps: ClockedTableDeps, id: string, number: string): Promise<Lead | undefined> {
  return retryLost('The number of a lead', async () => {
    const lead = await get(deps, id);
    return !lead || lead.number === number ? lead : moveToNumber(deps, lead, number);
  });
}

/** Moves a lead to another number. @returns LOST when the lead, or one of the two numbers' leads, has changed since it was read. */
async function moveToNumber(deps: ClockedTableDeps, lead: Lead, number: string): Promise<Lead | Lost> {
  const { client, table, now } = deps;
  const { id } = lead;
  const former = await readPrimary(deps, lead.number);
  const next = await readPrimary(deps, number);
  const primaries = [
    ...(former
      ? [putPrimary(table, lead.number, former, await removeLeadFromNumber(deps, lead.number, former, id))]
      : []),
    putPrimary(table, number, next, await addLeadToNumber(deps, number, next, id)),
  ];
  const at = now().toISOString();
  const { unreachable: _, ...rest } = lead;
  const moved: Lead = { ...rest, number, updatedAt: at };
  const unmoved = {
    ConditionExpression: '#number = :number AND updatedAt = :updatedAt',
    ExpressionAttributeNames: { '#number': 'number' },
    ExpressionAttributeValues: { ':number': lead.number, ':updatedAt': lead.updatedAt },
  };
  const left = { ...leadWithNumberKey(lead.number, id), leadId: id, untilAt: at };
  const codes = await transact(client, [
    { Put: { TableName: table, Item: leadItem(moved), ...unmoved } },
    { Put: { TableName: table, Item: left } },
    { Put: { TableName: table, Item: { ...leadWithNumberKey(number, id), leadId: id } } },
    ...primaries,
  ]);
  return codes ? LOST : moved;
}

async function markUnreachable(
  { client, table, now }: ClockedTableDeps,
  id: string,
  number: string,
  code: number,
): Promise<void> {
  await updateWithNumber({ client, table }, id, number, {
    UpdateExpression: 'SET unreachable = :unreachable, updatedAt = :now',
    values: { ':unreachable': { code, at: now().toISOString() }, ':now': now().toISOString() },
  });
}

async function markReachable(deps: ClockedTableDeps, number: string): Promise<void> {
  for (const id of await leadsWithNumber(deps, number)) {
    // Reads first, because a lead that texts is almost never marked.
    if ((await get(deps, id))?.unreachable === undefined) continue;
    await updateWithNumber(deps, id, number, {
      UpdateExpression: 'SET updatedAt = :now REMOVE unreachable',
      values: { ':now': deps.now().toISOString() },
    });
  }
}

/** Updates a lead if it still has the number. The carrier's report is not about a lead that has another number now. */
async function updateWithNumber(
  { client, table }: TableDeps,
  id: string,
  number: string,
  { UpdateExpression, values }: { readonly UpdateExpression: string; readonly values: Item },
): Promise<void> {
  const update = new UpdateCommand({
    TableName: table,
    Key: leadKey(id),
    ConditionExpression: '#number = :number',
    UpdateExpression,
    ExpressionAttributeNames: { '#number': 'number' },
    ExpressionAttributeValues: { ':number': number, ...values },
  });
  await ifConditionHolds(client.send(update));
}

async function list(
  deps: TableDeps,
  limit: number,
  cursor?: Item,
): Promise<{ leads: Lead[]; next: Item | undefined }> {
  const { items, next } = await pageOfCollection(deps, LEADS_COLLECTION, { limit, cursor });
  return { leads: items.map(parseLead), next };
}
