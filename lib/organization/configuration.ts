import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Automation } from '../automation/automation.ts';
import { sha256 } from '../consent/ledger.ts';
import type { Form, FormInput } from '../forms/form.ts';
import { type Item, isConditionFailure, type Key } from '../runtime/dynamodb.ts';
import {
  AUTOMATIONS,
  automationKey,
  FORMS,
  formKey,
  formSecretKey,
  KEYWORDS,
  keywordKey,
  parseAutomation,
  parseForm,
  parseFormSecret,
  parseKeyword,
  parseSettings,
  settingsKey,
} from './items.ts';
import type { Keyword } from './keyword.ts';
import { type Settings, settingsSchema } from './settings.ts';

export interface ConfigurationDeps {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  /** Name of the organization until its admins set another. */
  readonly organization: string;
  readonly now: () => Date;
}

/** The rules that admins change at run time: settings, forms, automations and keywords. Every read is strongly consistent. */
export type Configuration = ReturnType<typeof createConfiguration>;

export function createConfiguration(deps: ConfigurationDeps) {
  return {
    settings: async (): Promise<Settings> => parseSettings(await get(deps, settingsKey), deps.organization),
    /** Changes the named settings and leaves the others; who did it is stored with them. */
    changeSettings: (change: Partial<Settings>, actor: string) => changeSettings(deps, change, actor),

    form: async (id: string): Promise<Form | undefined> => parsed(await get(deps, formKey(id)), parseForm),
    forms: async (): Promise<Form[]> => (await list(deps, FORMS)).map(parseForm),
    /** Stores a form; a secret that is not given stays as it was, null takes it away. */
    putForm: (input: FormInput) => putForm(deps, input),
    /** The secret with which a form's builder signs; undefined when there is none. Never to be shown or logged. */
    signingSecret: async (formId: string): Promise<string | undefined> =>
      parsed(await get(deps, formSecretKey(formId)), parseFormSecret),
    removeForm: async (id: string): Promise<boolean> => {
      // Without asking for what it was: this code never holds a secret that was stored before.
      await deps.client.send(new DeleteCommand({ TableName: deps.table, Key: formSecretKey(id) }));
      return remove(deps, formKey(id));
    },

    automation: async (id: string): Promise<Automation | undefined> =>
      parsed(await get(deps, automationKey(id)), parseAutomation),
    automations: async (): Promise<Automation[]> => (await list(deps, AUTOMATIONS)).map(parseAutomation),
    putAutomation: async (automation: Automation): Promise<void> => {
      await put(deps, { ...automationKey(automation.id), ...automation });
    },
    keyword: async (word: string): Promise<Keyword | undefined> =>
      parsed(await get(deps, keywordKey(word)), parseKeyword),
    keywords: async (): Promise<Keyword[]> => (await list(deps, KEYWORDS)).map(parseKeyword),
    putKeyword: async (keyword: Keyword): Promise<void> => {
      await put(deps, { ...keywordKey(keyword.word), ...keyword });
    },
    removeKeyword: (word: string): Promise<boolean> => remove(deps, keywordKey(word)),

    removeAutomation: (id: string): Promise<boolean> => remove(deps, automationKey(id)),
  };
}

function parsed<T>(item: Item | undefined, parse: (item: Item) => T): T | undefined {
  return item === undefined ? undefined : parse(item);
}

async function get({ client, table }: ConfigurationDeps, key: Key): Promise<Item | undefined> {
  const answer = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return answer.Item;
}

async function list({ client, table }: ConfigurationDeps, pk: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ExclusiveStartKey: from,
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}

async function put({ client, table, now }: ConfigurationDeps, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { ...item, updatedAt: now().toISOString() } }));
}

async function remove({ client, table }: ConfigurationDeps, key: Key): Promise<boolean> {
  const answer = await client.send(
    new DeleteCommand({ TableName: table, Key: key, ReturnValues: 'ALL_OLD' }),
  );
  return answer.Attributes !== undefined;
}

async function changeSettings(
  deps: ConfigurationDeps,
  change: Partial<Settings>,
  actor: string,
): Promise<Settings> {
  for (;;) {
    const item = await get(deps, settingsKey);
    const updatedAt = deps.now().toISOString();
    const before = parseSettings(item, deps.organization);
    const settings = settingsSchema.parse({ ...before, ...verifiedBy(change, actor, updatedAt), ...change });
    const version = Number(item?.['version'] ?? 0);
    try {
      await deps.client.send(
        new PutCommand({
          TableName: deps.table,
          Item: { ...settingsKey, ...settings, version: version + 1, updatedAt, updatedBy: actor },
          ConditionExpression: 'attribute_not_exists(pk) OR #version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': version },
        }),
      );
      return settings;
    } catch (error) {
      // Another admin saved in between: apply this change to what they left.
      if (!isConditionFailure(error)) throw error;
    }
  }
}

/** Whoever says that the organization is verified, or is not, stands beside it. */
function verifiedBy(change: Partial<Settings>, by: string, at: string): Partial<Settings> {
  return change.a2pVerified === undefined ? {} : { a2pVerification: { source: 'admin', by, at } };
}

async function putForm(
  deps: ConfigurationDeps,
  { secret, signingSecret, ...input }: FormInput,
): Promise<Form> {
  const before = parsed(await get(deps, formKey(input.id)), parseForm);
  const secretHash = secret === undefined ? before?.secretHash : secret && sha256(secret);
  const signed = signingSecret === undefined ? (before?.signed ?? false) : signingSecret !== null;
  const form: Form = { ...input, signed, ...(secretHash && { secretHash }) };
  const updatedAt = deps.now().toISOString();
  const secretItem = { TableName: deps.table, Key: formSecretKey(input.id) };
  await deps.client.send(
    new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName: deps.table, Item: { ...formKey(input.id), ...form, updatedAt } } },
        ...(signingSecret === null ? [{ Delete: secretItem }] : []),
        ...(typeof signingSecret === 'string'
          ? [{ Put: { TableName: deps.table, Item: { ...secretItem.Key, signingSecret, updatedAt } } }]
          : []),
      ],
    }),
  );
  return form;
}
