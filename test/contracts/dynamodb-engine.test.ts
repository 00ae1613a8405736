import { randomUUID } from 'node:crypto';
import { DescribeTimeToLiveCommand, type TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, startDynamoDb } from '../../infra/local/engines.ts';
import { findDynamoDbLocal, findDynoxide } from '../../infra/local/programs.ts';
import { readConsistently } from '../../lib/runtime/dynamodb.ts';
import { followStream } from '../flow/streams.ts';
import { createTables, type Tables } from '../setup/tables.ts';

const programs = [findDynoxide(), findDynamoDbLocal()].filter((program) => program !== undefined);

describe.each(programs)('what sendgate relies on holds for $name', (program) => {
  let engine: Engine;
  let tables: Tables;
  const key = () => ({ pk: `NUMBER#${randomUUID()}`, sk: 'STATE' });

  beforeAll(async () => {
    engine = await startDynamoDb({ program });
    tables = await createTables({ dynamodb: engine.endpoint });
  });
  afterAll(() => engine.stop());

  test('a cancelled transaction says which condition failed, on which item, and writes nothing', async () => {
    const { client, consentTable, outreachTable } = tables;
    const [state, message] = [key(), key()];
    await client.send(new PutCommand({ TableName: consentTable, Item: { ...state, version: 4 } }));
    const error = await client
      .send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName: outreachTable,
                Item: { ...message, status: 'claimed' },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
            {
              ConditionCheck: {
                TableName: consentTable,
                Key: state,
                ConditionExpression: 'version = :version',
                ExpressionAttributeValues: { ':version': 3 },
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
          ],
        }),
      )
      .then(
        () => undefined,
        (thrown: TransactionCanceledException) => thrown,
      );
    expect(error?.name).toBe('TransactionCanceledException');
    expect(error?.CancellationReasons?.map((reason) => reason.Code)).toEqual([
      'None',
      'ConditionalCheckFailed',
    ]);
    expect(error?.CancellationReasons?.[1]?.Item).toMatchObject({ version: { N: '4' } });
    const read = await client.send(new GetCommand({ TableName: outreachTable, Key: message }));
    expect(read.Item).toBeUndefined();
  });

  test('a transaction repeated with its token happens once', async () => {
    const { client, outreachTable } = tables;
    const counter = key();
    const command = () =>
      new TransactWriteCommand({
        ClientRequestToken: counter.pk.slice(-36),
        TransactItems: [
          {
            Update: {
              TableName: outreachTable,
              Key: counter,
              UpdateExpression: 'ADD hits :one',
              ExpressionAttributeValues: { ':one': 1 },
            },
          },
        ],
      });
    await client.send(command());
    await client.send(command());
    const { Item } = await client.send(new GetCommand({ TableName: outreachTable, Key: counter }));
    expect(Item?.['hits']).toBe(1);
  });

  test('of many that write an item if absent, one succeeds and the others are shown what is there', async () => {
    const { client, consentTable } = tables;
    const source = key();
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, (_, writer) =>
        client.send(
          new PutCommand({
            TableName: consentTable,
            Item: { ...source, writer },
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      ),
    );
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
    const lost = attempts.filter((attempt) => attempt.status === 'rejected');
    for (const { reason } of lost) {
      expect(reason).toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: { pk: { S: source.pk } },
      });
    }
  });

  test('one batch reads the newest items of several tables', async () => {
    const { client, consentTable, configurationTable, outreachTable } = tables;
    const here = key();
    for (const TableName of [consentTable, configurationTable]) {
      await client.send(new PutCommand({ TableName, Item: { ...here, TableName } }));
    }
    const found = await readConsistently(client, {
      [consentTable]: [here, key()],
      [configurationTable]: [here, here],
      [outreachTable]: [here],
    });
    expect(found[consentTable]).toEqual([{ ...here, TableName: consentTable }]);
    expect(found[configurationTable]).toHaveLength(1);
    expect(found[outreachTable]).toEqual([]);
  });

  test('an index holds only items that have its keys, in order, and only the attributes it projects', async () => {
    const { client, outreachTable } = tables;
    const work = `DUE#${randomUUID()}`;
    const put = (sk: string, more: object) =>
      client.send(new PutCommand({ TableName: outreachTable, Item: { pk: work, sk, secret: 'x', ...more } }));
    await put('never due', {});
    for (const hour of ['11', '09', '10', '12'])
      await put(hour, { work, workOrder: hour, number: '+1', step: 2 });
    const query = new QueryCommand({
      TableName: outreachTable,
      IndexName: 'work',
      KeyConditionExpression: '#work = :work AND workOrder BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#work': 'work' },
      ExpressionAttributeValues: { ':work': work, ':from': '09', ':to': '11' },
    });
    const orders = async () => (await client.send(query)).Items?.map((item) => item['workOrder']);
    expect(await orders()).toEqual(['09', '10', '11']);
    expect((await client.send(query)).Items?.[0]).toEqual({
      pk: work,
      sk: '09',
      work,
      workOrder: '09',
      number: '+1',
      step: 2,
    });
    await client.send(
      new UpdateCommand({
        TableName: outreachTable,
        Key: { pk: work, sk: '10' },
        UpdateExpression: 'REMOVE #work, workOrder',
        ExpressionAttributeNames: { '#work': 'work' },
      }),
    );
    expect(await orders()).toEqual(['09', '11']);
  });

  test('the stream tells every change of an item in its order, with the images the table asks for', async () => {
    const { client, configurationTable } = tables;
    const item = key();
    for (const version of [1, 2, 3]) {
      await client.send(new PutCommand({ TableName: configurationTable, Item: { ...item, version } }));
    }
    await client.send(new DeleteCommand({ TableName: configurationTable, Key: item }));
    const records = (await (await followStream(configurationTable)).next()) as StreamRecord[];
    const images = records
      .filter(({ dynamodb }) => dynamodb.Keys.pk.S === item.pk)
      .map(({ eventName, dynamodb }) => [
        eventName,
        dynamodb.OldImage?.version.N,
        dynamodb.NewImage?.version.N,
      ]);
    expect(images).toEqual([
      ['INSERT', undefined, '1'],
      ['MODIFY', '1', '2'],
      ['MODIFY', '2', '3'],
      ['REMOVE', '3', undefined],
    ]);
  });

  test('a table says by which attribute its items expire', async () => {
    const { client, outreachTable } = tables;
    const answer = await client.send(new DescribeTimeToLiveCommand({ TableName: outreachTable }));
    expect(answer.TimeToLiveDescription?.AttributeName).toBe('expiresAt');
  });
});

interface StreamRecord {
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys: { readonly pk: { readonly S: string } };
    readonly OldImage?: { readonly version: { readonly N: string } };
    readonly NewImage?: { readonly version: { readonly N: string } };
  };
}
