import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createApp } from '../../create-app.ts';
import { provisionTable } from '../../local/provision-table.ts';
import { resourcesOf, type Template } from '../../local/template.ts';
import { demo } from '../../organizations/demo.ts';

/** Synthesizes the standby template of the organization `demo`, in which no function follows the tables' changes. */
export function standbyTemplate(): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'sendgate-standby-'));
  try {
    const app = createApp({ organizations: [{ ...demo, standby: true }], outdir, bundling: false });
    return app.synth().getStackByName(`sendgate-${demo.name}`).template as Template;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Creates the missing tables of `demo`. Functions follow their changes once `npm start` runs. */
export async function provisionLocalTables(dynamodb: DynamoDBClient): Promise<void> {
  for (const [id, properties] of resourcesOf(
    standbyTemplate(),
    'AWS::DynamoDB::Table',
    'AWS::DynamoDB::GlobalTable',
  )) {
    await provisionTable(dynamodb, String(properties['TableName'] ?? id), properties);
  }
}
