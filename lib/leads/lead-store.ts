import { randomUUID } from 'node:crypto';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { pageOfCollection } from '../runtime/collection.ts';
import {
  cancellationCodes,
  type Item,
  isConditionFailure,
  type Key,
  pause,
  readConsistently,
  readPartition,
  type TransactItem,
} from '../runtime/dynamodb.ts';
import type { Lead, LeadDetails } from './lead.ts';
import {
  holderKey,
  holderRange,
  LEADS_COLLECTION,
  leadItem,
  leadKey,
  parseLead,
  primaryKey,
} from './lead-items.ts';

export interface LeadStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
}

/** Leads and who holds which number. */
export type LeadStore = ReturnType<typeof createLeadStore>;

export function createLeadStore(deps: LeadStoreDeps) {
  return {
    get: (id: string) => get(deps, id),
    /** The lead that submissions with this number belong to: created once, its details updated by later ones. */
    upsertByNumber: (number: string, details: LeadDetails) => upsertByNumber(deps, number, details),
    /** A further lead, though another has the number already (C4). */
    create: (number: string, details: LeadDetails) => create(deps, number, details),
    changeDetails: (id: string, details: LeadDetails) => changeDetails(deps, id, details),
    /** Gives a lead another number (T3). Its enrollments follow by `followNumber`. @returns undefined without such a lead. */
    changeNumber: (id: string, number: string) => changeNumber(deps, id, number),
    /** Ids of every lead that has the number. */
    holders: (number: string) => holders(deps, number),
    /** Remembers that the carrier cannot deliver to the lead's number. */
    markUnreachable: (id: string, number: string, code: number) => markUnreachable(deps, id, number, code),
    /** A text came from the number: what the carrier said of it no longer holds, for any lead that has it. */
    markReachable: (number: string) => markReachable(deps, number),
    /** Newest first. @param cursor the `next` of the page before. */
    list: (limit: number, cursor?: Item) => list(deps, limit, cursor),
  };
}

async function get({ client, table }: LeadStoreDeps, id: string): Promise<Lead | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: leadKey(id), ConsistentRead: true }),
  );
  return answer.Item && parseLead(answer.Item);
}

async function upsertByNumber(deps: LeadStoreDeps, number: string, details: LeadDetails): Promise<Lead> {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (attempt > 0) await pause(attempt);
    const primary = await deps.client.send(
      new GetCommand({ TableName: deps.table, Key: primaryKey(number), ConsistentRead: true }),
    );
    const known = primary.Item?.['leadId'];
    const lead =
      typeof known === 'string'
        ? await changeDetails(deps, known, details)
        : await tryCreate(deps, number, details, [
            {
              Put: {
                TableName: deps.table,
                Item: primaryKey(number),
                ConditionExpression: 'attribute_not_exists(leadId)',
              },
            },
          ]);
    if (lead) return lead;
  }
  throw new Error('The lead of one number was created and removed again and again');
}

async function create(deps: LeadStoreDeps, number: string, details: LeadDetails): Promise<Lead> {
  const primary = await deps.client.send(
    new GetCommand({ TableName: deps.table, Key: primaryKey(number), ConsistentRead: true }),
  );
  if (primary.Item?.['leadId'] === undefined) return upsertByNumber(deps, number, details);
  const lead = await tryCreate(deps, number, details, []);
  if (!lead) throw new Error('A new lead collided with another of the same id');
  return lead;
}

/** @param primary the claim on the number's primary lead, if this is to be it. @returns undefined when another was first. */
async function tryCreate(
  { client, table, now }: LeadStoreDeps,
  number: string,
  details: LeadDetails,
  primary: TransactItem[],
): Promise<Lead | undefined> {
  const at = now().toISOString();
  const lead: Lead = { id: randomUUID(), number, details, createdAt: at, updatedAt: at };
  const claims = primary.map(({ Put }) => ({
    Put: Put && { ...Put, Item: { ...Put.Item, leadId: lead.id } },
  }));
  try {
    await client.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: { TableName: table, Item: leadItem(lead), ConditionExpression: 'attribute_not_exists(pk)' },
          },
          { Put: { TableName: table, Item: { ...holderKey(number, lead.id), leadId: lead.id } } },
          ...claims,
        ],
      }),
    );
    return lead;
  } catch (error) {
    if (cancellationCodes(error) === undefined) throw error;
    return undefined;
  }
}

/** Sets the given details and leaves the others as they are. @returns undefined when there is no such lead. */
async function changeDetails(
  { client, table, now }: LeadStoreDeps,
  id: string,
  details: LeadDetails,
): Promise<Lead | undefined> {
  const given = Object.entries(details).filter(([, value]) => value !== undefined && value !== '');
  const sets = given.map((_, index) => `details.#d${index} = :d${index}`);
  try {
    const answer = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: leadKey(id),
        ConditionExpression: 'attribute_exists(pk)',
        UpdateExpression: `SET ${['updatedAt = :now', ...sets].join(', ')}`,
        ...(given.length > 0 && {
          ExpressionAttributeNames: Object.fromEntries(given.map(([name], index) => [`#d${index}`, name])),
        }),
        ExpressionAttributeValues: {
          ':now': now().toISOString(),
          ...Object.fromEntries(given.map(([, value], index) => [`:d${index}`, value])),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return parseLead(answer.Attributes as Item);
  } catch (error) {
    if (isConditionFailure(error)) return undefined;
    throw error;
  }
}

async function changeNumber(deps: LeadStoreDeps, id: string, number: string): Promise<Lead | undefined> {
  const { client, table, now } = deps;
  for (let attempt = 0; attempt < 5; attempt++) {
    if (attempt > 0) await pause(attempt);
    const lead = await get(deps, id);
    if (!lead || lead.number === number) return lead;
    const keys = [primaryKey(lead.number), primaryKey(number)];
    const found = (await readConsistently(client, { [table]: keys }))[table] ?? [];
    const primaryOf = (key: Key) => found.find(({ pk }) => pk === key.pk)?.['leadId'];
    const at = now().toISOString();
    const { unreachable: _, ...rest } = lead;
    const moved: Lead = { ...rest, number, updatedAt: at };
    const unmoved = {
      ConditionExpression: '#number = :number AND updatedAt = :updatedAt',
      ExpressionAttributeNames: { '#number': 'number' },
      ExpressionAttributeValues: { ':number': lead.number, ':updatedAt': lead.updatedAt },
    };
    const former = { ...holderKey(lead.number, id), leadId: id, untilAt: at };
    const primaries = [
      ...(primaryOf(primaryKey(lead.number)) === id ? [releasePrimary(table, lead.number, id)] : []),
      ...(primaryOf(primaryKey(number)) === undefined ? [takePrimary(table, number, id)] : []),
    ];
    try {
      await client.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName: table, Item: leadItem(moved), ...unmoved } },
            { Put: { TableName: table, Item: former } },
            { Put: { TableName: table, Item: { ...holderKey(number, id), leadId: id } } },
            ...primaries,
          ],
        }),
      );
      return moved;
    } catch (error) {
      if (cancellationCodes(error) === undefined) throw error;
    }
  }
  throw new Error('A lead changed again and again while it was given another number');
}

/** Submissions with this number no longer belong to the lead: the next one makes a lead of its own. */
function releasePrimary(table: string, number: string, leadId: string): TransactItem {
  return {
    Update: {
      TableName: table,
      Key: primaryKey(number),
      ConditionExpression: 'leadId = :id',
      UpdateExpression: 'REMOVE leadId',
      ExpressionAttributeValues: { ':id': leadId },
    },
  };
}

function takePrimary(table: string, number: string, leadId: string): TransactItem {
  const Item = { ...primaryKey(number), leadId };
  return { Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(leadId)' } };
}

async function holders({ client, table }: LeadStoreDeps, number: string): Promise<string[]> {
  const filter = { FilterExpression: 'attribute_not_exists(untilAt)' };
  const found = await readPartition(client, table, { ...holderRange(number), filter });
  return found.map((item) => String(item['leadId']));
}

async function markUnreachable(
  { client, table, now }: LeadStoreDeps,
  id: string,
  number: string,
  code: number,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: leadKey(id),
        // A lead that has another number by now is not the one the carrier spoke of.
        ConditionExpression: '#number = :number',
        UpdateExpression: 'SET unreachable = :unreachable, updatedAt = :now',
        ExpressionAttributeNames: { '#number': 'number' },
        ExpressionAttributeValues: {
          ':number': number,
          ':unreachable': { code, at: now().toISOString() },
          ':now': now().toISOString(),
        },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

async function markReachable(deps: LeadStoreDeps, number: string): Promise<void> {
  const { client, table, now } = deps;
  for (const id of await holders(deps, number)) {
    // Read before it is written: hardly anybody who texts was ever unreachable.
    if ((await get(deps, id))?.unreachable === undefined) continue;
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: leadKey(id),
          ConditionExpression: '#number = :number',
          UpdateExpression: 'SET updatedAt = :now REMOVE unreachable',
          ExpressionAttributeNames: { '#number': 'number' },
          ExpressionAttributeValues: { ':number': number, ':now': now().toISOString() },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
}

async function list(
  { client, table }: LeadStoreDeps,
  limit: number,
  cursor?: Item,
): Promise<{ leads: Lead[]; next: Item | undefined }> {
  const { items, next } = await pageOfCollection(client, table, LEADS_COLLECTION, limit, cursor);
  return { leads: items.map(parseLead), next };
}
