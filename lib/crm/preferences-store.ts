import { randomUUID } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, isConditionFailure, readPartition } from '../runtime/dynamodb.ts';
import { MAPPINGS, mappingKey, preferencesKey } from './crm-items.ts';
import {
  type CrmPreferences,
  crmPreferencesSchema,
  defaultCrmPreferences,
  type Mapping,
  type MappingInput,
  mappingSchema,
} from './preferences.ts';

export interface CrmPreferencesDeps {
  readonly client: DynamoDBDocumentClient;
  /** The configuration table. */
  readonly table: string;
  readonly now: () => Date;
}

/** Preferences for ImproveIt 360 and the opt-in field mappings. Every read is strongly consistent. */
export type CrmPreferencesStore = ReturnType<typeof createCrmPreferencesStore>;

export function createCrmPreferencesStore(deps: CrmPreferencesDeps) {
  return {
    preferences: () => preferences(deps),
    /** Changes the named preferences and leaves the others, whoever else changes some at the same time. */
    changePreferences: (change: Partial<CrmPreferences>, actor: string) =>
      changePreferences(deps, change, actor),
    /** Rows by checkbox, then object and field. */
    mappings: () => mappings(deps),
    mapping: (id: string) => mapping(deps, id),
    async addMapping(input: MappingInput, actor: string): Promise<Mapping> {
      const added = { id: randomUUID(), ...input };
      await put(deps, { ...mappingKey(added.id), ...added, updatedBy: actor });
      return added;
    },
    /** @returns false when there is no such row. */
    changeMapping: (changed: Mapping, actor: string) => changeMapping(deps, changed, actor),
    /** @returns false when there is no such row. */
    removeMapping: (id: string) => removeMapping(deps, id),
  };
}

async function preferences(deps: CrmPreferencesDeps): Promise<CrmPreferences> {
  return preferencesIn(await storedPreferences(deps));
}

async function storedPreferences({ client, table }: CrmPreferencesDeps): Promise<Item | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: preferencesKey, ConsistentRead: true }),
  );
  return answer.Item;
}

function preferencesIn(item: Item | undefined): CrmPreferences {
  return crmPreferencesSchema.parse({ ...defaultCrmPreferences, ...known(item) });
}

async function changePreferences(
  deps: CrmPreferencesDeps,
  change: Partial<CrmPreferences>,
  actor: string,
): Promise<CrmPreferences> {
  for (;;) {
    const before = await storedPreferences(deps);
    const changed = { ...preferencesIn(before), ...change };
    const version = Number(before?.['version'] ?? 0);
    const item = { ...preferencesKey, ...changed, version: version + 1, updatedBy: actor };
    try {
      await deps.client.send(
        new PutCommand({
          TableName: deps.table,
          Item: { ...item, updatedAt: deps.now().toISOString() },
          ConditionExpression: 'attribute_not_exists(#version) OR #version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': version },
        }),
      );
      return changed;
    } catch (error) {
      // Another admin saved in between: this change is applied to what they left.
      if (!isConditionFailure(error)) throw error;
    }
  }
}

/** Stored preferences without what is no preference. */
function known(item: Item | undefined): Item {
  const names = Object.keys(crmPreferencesSchema.shape);
  return Object.fromEntries(Object.entries(item ?? {}).filter(([name]) => names.includes(name)));
}

async function put({ client, table, now }: CrmPreferencesDeps, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { ...item, updatedAt: now().toISOString() } }));
}

async function mappings({ client, table }: CrmPreferencesDeps): Promise<Mapping[]> {
  const found = (await readPartition(client, table, { pk: MAPPINGS })).map((item) =>
    mappingSchema.parse(item),
  );
  const order = ({ checkbox, object, field }: Mapping) =>
    `${String(checkbox).padStart(3, '0')} ${object} ${field}`;
  return found.toSorted((a, b) => order(a).localeCompare(order(b)));
}

async function mapping({ client, table }: CrmPreferencesDeps, id: string): Promise<Mapping | undefined> {
  const answer = await client.send(
    new GetCommand({ TableName: table, Key: mappingKey(id), ConsistentRead: true }),
  );
  return answer.Item && mappingSchema.parse(answer.Item);
}

async function changeMapping(
  { client, table, now }: CrmPreferencesDeps,
  changed: Mapping,
  actor: string,
): Promise<boolean> {
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: { ...mappingKey(changed.id), ...changed, updatedBy: actor, updatedAt: now().toISOString() },
        ConditionExpression: 'attribute_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

async function removeMapping({ client, table }: CrmPreferencesDeps, id: string): Promise<boolean> {
  const answer = await client.send(
    new DeleteCommand({ TableName: table, Key: mappingKey(id), ReturnValues: 'ALL_OLD' }),
  );
  return answer.Attributes !== undefined;
}
