import { randomUUID } from 'node:crypto';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  cancellationCodes,
  type Item,
  isConditionFailure,
  pauseBeforeRetry,
  readManyConsistently,
} from '../runtime/dynamodb.ts';
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

export interface LeadStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly now: () => Date;
}

/** More simultaneous writers to the leads of one number than this are a fault, not a race. */
const ATTEMPTS = 12;

/** Leads and who holds which number. */
export type LeadStore = ReturnType<typeof createLeadStore>;

export function createLeadStore(deps: LeadStoreDeps) {
  return {
    get: (id: string) => get(deps, id),
    /** Many leads by their ids, those that there are. */
    getMany: (ids: readonly string[]) => getMany(deps, ids),
    /** The lead that submissions with this number belong to: created once, its details updated by later ones. */
    upsertByNumber: (number: string, details: LeadDetails) => upsertByNumber(deps, number, details),
    /** A further lead, though another has the number already (C4). */
    create: (number: string, details: LeadDetails) => create(deps, number, details),
    changeDetails: (id: string, details: LeadDetails) => changeDetails(deps, id, details),
    /** Gives a lead another number (T3). Its enrollments follow by `followNumber`. @returns undefined without such a lead. */
    changeNumber: (id: string, number: string) => changeNumber(deps, id, number),
    /** Ids of every lead that has the number. */
    leadsWithNumber: (number: string) => leadsWithNumber(deps, number),
    /** The same of many numbers, in one request for each hundred: for lists. Of a number with more, a thousand. */
    holdersOf: (numbers: readonly string[]) => leadsWithNumberOf(deps, numbers),
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

async function getMany({ client, table }: LeadStoreDeps, ids: readonly string[]): Promise<Map<string, Lead>> {
  const leads = (await readManyConsistently(client, table, ids.map(leadKey))).map(parseLead);
  return new Map(leads.map((lead) => [lead.id, lead]));
}

async function upsertByNumber(deps: LeadStoreDeps, number: string, details: LeadDetails): Promise<Lead> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const primary = await readPrimary(deps, number);
    const known = primary?.leadId;
    const lead =
      known === undefined
        ? await tryCreate(deps, number, details, primary)
        : await changeDetails(deps, known, details);
    if (lead) return lead;
  }
  throw new Error('The lead of one number was created and removed again and again');
}

async function create(deps: LeadStoreDeps, number: string, details: LeadDetails): Promise<Lead> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const lead = await tryCreate(deps, number, details, await readPrimary(deps, number));
    if (lead) return lead;
  }
  throw new Error(`The leads of one number changed ${ATTEMPTS} times while one was added`);
}

/**
 * A new lead, which becomes the number's primary one where there is none.
 *
 * @param before what is kept of the number. @returns undefined when that has changed: another was first.
 */
async function tryCreate(
  deps: LeadStoreDeps,
  number: string,
  details: LeadDetails,
  before: Primary | undefined,
): Promise<Lead | undefined> {
  const { client, table, now } = deps;
  const at = now().toISOString();
  const lead: Lead = { id: randomUUID(), number, details, createdAt: at, updatedAt: at };
  const after = await addLeadToNumber(deps, number, before, lead.id);
  try {
    await client.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: { TableName: table, Item: leadItem(lead), ConditionExpression: 'attribute_not_exists(pk)' },
          },
          { Put: { TableName: table, Item: { ...leadWithNumberKey(number, lead.id), leadId: lead.id } } },
          putPrimary(table, number, before, after),
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
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const lead = await get(deps, id);
    if (!lead || lead.number === number) return lead;
    const former = await readPrimary(deps, lead.number);
    const next = await readPrimary(deps, number);
    const kept = [
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
    try {
      await client.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName: table, Item: leadItem(moved), ...unmoved } },
            { Put: { TableName: table, Item: left } },
            { Put: { TableName: table, Item: { ...leadWithNumberKey(number, id), leadId: id } } },
            ...kept,
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
  for (const id of await leadsWithNumber(deps, number)) {
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
