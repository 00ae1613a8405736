import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { startDynamoDb } from '../../infra/local/engines.ts';
import { findDynoxide } from '../../infra/local/programs.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { followStream } from '../flow/streams.ts';
import { createTables } from '../setup/tables.ts';

const program = findDynoxide();
const folder = mkdtempSync(join(tmpdir(), 'sendgate-restart-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.runIf(program)('a database file keeps its items and its stream over a restart', async () => {
  const options = { path: join(folder, 'state', 'dynamodb.sqlite'), ...(program && { program }) };
  const Item = { pk: 'NUMBER#+15550100', sk: 'STATE' };
  const first = await startDynamoDb(options);
  const tables = await createTables({ dynamodb: first.endpoint });
  await tables.client.send(new PutCommand({ TableName: tables.consentTable, Item }));
  await first.stop();
  const second = await startDynamoDb(options);
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = second.endpoint;
  try {
    const read = await createDocumentClient().send(
      new GetCommand({ TableName: tables.consentTable, Key: Item }),
    );
    expect(read.Item).toEqual(Item);
    expect(await (await followStream(tables.consentTable)).next()).toHaveLength(1);
  } finally {
    await second.stop();
  }
});
