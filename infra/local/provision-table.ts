import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  ResourceInUseException,
  type StreamViewType,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Provisioned } from './provision.ts';
import { listProperty, nestedProperty, type Properties } from './template.ts';

/** Creates one table with keys, indexes, stream and time to live, unless it exists. */
export async function provisionTable(
  client: DynamoDBClient,
  name: string,
  properties: Properties,
): Promise<Provisioned> {
  const indexes = listProperty(properties['GlobalSecondaryIndexes']).map(indexOf);
  const view = nestedProperty(properties['StreamSpecification'])['StreamViewType'];
  const create = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [...(listProperty(properties['KeySchema']) as KeySchemaElement[])],
    AttributeDefinitions: [...(listProperty(properties['AttributeDefinitions']) as AttributeDefinition[])],
    ...(indexes.length > 0 ? { GlobalSecondaryIndexes: indexes } : {}),
    ...(view ? { StreamSpecification: { StreamEnabled: true, StreamViewType: view as StreamViewType } } : {}),
  });
  try {
    await client.send(create);
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  const table = await untilActive(client, name);
  refuseOtherShape(name, table, create.input.KeySchema ?? [], indexes);
  const streamArn = view
    ? (table.LatestStreamArn ?? (await enableStream(client, name, view as StreamViewType)))
    : undefined;
  await enableTimeToLive(client, name, nestedProperty(properties['TimeToLiveSpecification']));
  return {
    name,
    arn: table.TableArn ?? '',
    ...(streamArn ? { streamArn } : {}),
  };
}

/** Enables a table's stream. A table that a backup was restored into has none yet. */
async function enableStream(
  client: DynamoDBClient,
  name: string,
  view: StreamViewType,
): Promise<string | undefined> {
  const StreamSpecification = { StreamEnabled: true, StreamViewType: view };
  await client.send(new UpdateTableCommand({ TableName: name, StreamSpecification }));
  return (await untilActive(client, name)).LatestStreamArn;
}

function indexOf(value: unknown): GlobalSecondaryIndex {
  const { IndexName, KeySchema, Projection } = value as GlobalSecondaryIndex;
  return { IndexName, KeySchema, Projection };
}

async function untilActive(client: DynamoDBClient, name: string): Promise<TableDescription> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === 'ACTIVE') return Table;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The table ${name} did not become active`);
}

function refuseOtherShape(
  name: string,
  table: TableDescription,
  keys: readonly KeySchemaElement[],
  indexes: readonly GlobalSecondaryIndex[],
): void {
  const shape = (keySchema: readonly KeySchemaElement[], secondary: readonly GlobalSecondaryIndex[]) =>
    [
      ...keySchema,
      ...secondary.flatMap((index) => [{ AttributeName: index.IndexName }, ...(index.KeySchema ?? [])]),
    ]
      .map((key) => key.AttributeName)
      .toSorted()
      .join();
  const found = shape(table.KeySchema ?? [], (table.GlobalSecondaryIndexes ?? []) as GlobalSecondaryIndex[]);
  if (found === shape(keys, indexes)) return;
  throw new Error(`The stored table ${name} has other keys or indexes than the stack. Start with --fresh.`);
}

async function enableTimeToLive(
  client: DynamoDBClient,
  name: string,
  specification: Properties,
): Promise<void> {
  const attribute = specification['AttributeName'];
  if (typeof attribute !== 'string' || specification['Enabled'] === false) return;
  try {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { Enabled: true, AttributeName: attribute },
      }),
    );
  } catch (error) {
    const alreadyEnabled = error instanceof Error && /already enabled/i.test(error.message);
    if (!alreadyEnabled) throw error;
  }
}
