import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createApp } from '../../create-app.ts';
import { provisionTable } from '../../local/provision-table.ts';
import { resourcesOf, type Template } from '../../local/template.ts';
import { demo } from '../../organizations/demo.ts';

/** The template of the organization `demo` while it waits to be restored into: tables whose changes nobody follows. */
export function standbyTemplate(): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'sendgate-standby-'));
  try {
    const app = createApp({ organizations: [{ ...demo, standby: true }], outdir, bundling: false });
    return app.synth().getStackByName(`sendgate-${demo.name}`).template as Template;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Creates the tables of `demo` where they are absent; `npm start` later has their changes followed. */
export async function provisionLocalTables(dynamodb: DynamoDBClient): Promise<void> {
  for (const [id, properties] of resourcesOf(
    standbyTemplate(),
    'AWS::DynamoDB::Table',
    'AWS::DynamoDB::GlobalTable',
  )) {
    await provisionTable(dynamodb, String(properties['TableName'] ?? id), properties);
  }
}
