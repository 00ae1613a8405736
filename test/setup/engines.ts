import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createApp } from '../../infra/create-app.ts';
import { type Endpoints, startDynamoDb, startObjects, startQueues } from '../../infra/local/engines.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses of this test run's engines. */
    endpoints: Endpoints;
    /** The file with the synthesized template of the organization `demo`. */
    templatePath: string;
  }
}

/** Starts one DynamoDB and one SQS for the whole run, and synthesizes the stack whose tables the tests use. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'sendgate-test-'));
  const dynamodb = await startDynamoDb();
  const queues = await startQueues();
  const objects = await startObjects(queues);
  const assembly = createApp({ only: ['demo'], outdir: join(folder, 'cdk.out'), bundling: false }).synth();
  const templatePath = assembly.getStackByName('sendgate-demo').templateFullPath;
  project.provide('endpoints', {
    dynamodb: dynamodb.endpoint,
    sqs: queues.endpoint,
    s3: objects.endpoint,
  });
  project.provide('templatePath', templatePath);
  return async () => {
    await Promise.all([dynamodb.stop(), objects.stop(), queues.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
}
