import { randomUUID } from 'node:crypto';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { changeVersioned, LOST } from '../runtime/change-versioned.ts';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import {
  type ClockedTableDeps,
  type Item,
  readItem,
  readPartition,
  type TableDeps,
} from '../runtime/dynamodb.ts';
import { putOverVersion } from '../runtime/item-conditions.ts';
import { MAPPINGS, mappingKey, preferencesKey } from './crm-items.ts';
import {
  type CrmPreferences,
  crmPreferencesSchema,
  defaultCrmPreferences,
  type Mapping,
  type MappingInput,
  mappingSchema,
} from './preferences.ts';

/** Reads and writes the preferences for ImproveIt 360 and the opt-in field mappings (H7). Every read is strongly consistent. */
export type CrmPreferencesStore = ReturnType<typeof createCrmPreferencesStore>;

/** @param deps.table the configuration table. */
export function createCrmPreferencesStore(deps: ClockedTableDeps) {
  return {
    /** Reads the preferences, with defaults for those that are not set. */
    preferences: () => preferences(deps),
    /** Changes the given preferences and leaves the others, also while another admin changes some. @param actor the admin. */
    changePreferences: (change: Partial<CrmPreferences>, actor: string) =>
      changePreferences(deps, change, actor),
    /** Lists the mappings by checkbox, then by object and field. */
    mappings: () => mappings(deps),
    /** Reads one mapping. */
    mapping: (id: string) => mapping(deps, id),
    /** Adds a mapping under a new id. @param actor the admin. */
    async addMapping(input: MappingInput, actor: string): Promise<Mapping> {
      const added = { id: randomUUID(), ...input };
      await put(deps, { ...mappingKey(added.id), ...added, updatedBy: actor });
      return added;
    },
    /** Replaces a mapping. @returns false when there is no such row. */
    changeMapping: (changed: Mapping, actor: string) => changeMapping(deps, changed, actor),
    /** Removes a mapping. @returns false when there is no such row. */
    removeMapping: (id: string) => removeMapping(deps, id),
  };
}

async function preferences(deps: TableDeps): Promise<CrmPreferences> {
  return preferencesIn(await readItem(deps, preferencesKey));
}

function preferencesIn(item: Item | undefined): CrmPreferences {
  return crmPreferencesSchema.parse({ ...defaultCrmPreferences, ...preferenceFields(item) });
}

async function changePreferences(
  deps: ClockedTableDeps,
  change: Partial<CrmPreferences>,
  actor: string,
): Promise<CrmPreferences> {
  return changeVersioned('The preferences for the CRM', {
    read: () => readItem(deps, preferencesKey),
    change: (before) => ({
      changed: { ...preferencesIn(before), ...change },
      version: Number(before?.['version'] ?? 0) + 1,
    }),
    write: async ({ changed, version }) => {
      const updated = { updatedBy: actor, updatedAt: deps.now().toISOString() };
      const put = putOverVersion(deps.table, { ...preferencesKey, ...changed, version, ...updated });
      return (await ifConditionHolds(deps.client.send(new PutCommand(put)))) ? changed : LOST;
    },
  });
}

/** Takes the preferences out of their item, without keys and audit fields. */
function preferenceFields(item: Item | undefined): Item {
  const names = Object.keys(crmPreferencesSchema.shape);
  return Object.fromEntries(Object.entries(item ?? {}).filter(([name]) => names.includes(name)));
}

async function put({ client, table, now }: ClockedTableDeps, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { ...item, updatedAt: now().toISOString() } }));
}

async function mappings({ client, table }: TableDeps): Promise<Mapping[]> {
  const items = await readPartition(client, table, { pk: MAPPINGS });
  const rows = items.map((item) => mappingSchema.parse(item));
  const order = ({ checkbox, object, field }: Mapping) =>
    `${String(checkbox).padStart(3, '0')} ${object} ${field}`;
  return rows.toSorted((a, b) => order(a).localeCompare(order(b)));
}

async function mapping(deps: TableDeps, id: string): Promise<Mapping | undefined> {
  const item = await readItem(deps, mappingKey(id));
  return item && mappingSchema.parse(item);
}

async function changeMapping(
  { client, table, now }: ClockedTableDeps,
  changed: Mapping,
  actor: string,
): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: { ...mappingKey(changed.id), ...changed, updatedBy: actor, updatedAt: now().toISOString() },
    ConditionExpression: 'attribute_exists(pk)',
  });
  return (await ifConditionHolds(client.send(put))) !== undefined;
}

async function removeMapping({ client, table }: TableDeps, id: string): Promise<boolean> {
  const answer = await client.send(
    new DeleteCommand({ TableName: table, Key: mappingKey(id), ReturnValues: 'ALL_OLD' }),
  );
  return answer.Attributes !== undefined;
}
