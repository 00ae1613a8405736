import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pc from 'picocolors';
import * as z from 'zod';
import { verifyRegistry } from '../../lib/consent/verify-registry.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { defineCommand, organizationName, PLACE_OPTIONS, runCommand } from './command.ts';
import { findTables } from './place.ts';
import { EXIT_CODES, type ExitCode } from './problem.ts';
import { estimateItems, startProgress } from './progress.ts';

export const verifyCommand = defineCommand({
  usage: 'npm run verify -- [options]',
  about: `Verifies the whole consent registry: every event, every hash, every state, and that the lists follow from them.
Without options: what npm start keeps on this machine.`,
  options: {
    organization: {
      takes: 'NAME',
      help: 'the registry of that organization in AWS, with the credentials of your environment',
      schema: organizationName.optional(),
    },
    table: { takes: 'NAME', help: 'a table by its own name', schema: z.string().optional() },
    ...PLACE_OPTIONS,
  },
  notes:
    'A finding is an event, a state or a list entry that does not hold; each is printed with its number.',
  failure: 'The registry could not be verified.',
  async run({ organization, table: ownTable, ...place }): Promise<ExitCode> {
    const table = ownTable ?? `sendgate-${organization ?? 'demo'}-consent`;
    const aws = organization !== undefined || ownTable !== undefined;
    const { config, close } = await findTables({ ...place, aws });
    const dynamodb = new DynamoDBClient(config);
    try {
      return await verifyTable(dynamodb, table);
    } finally {
      dynamodb.destroy();
      await close();
    }
  },
});

async function verifyTable(dynamodb: DynamoDBClient, table: string): Promise<ExitCode> {
  const progress = startProgress(table, await estimateItems(dynamodb, [table]));
  const client = createDocumentClient(dynamodb);
  const { numbers, events, faults } = await verifyRegistry(
    { client, table },
    { onRead: progress.add },
  ).finally(progress.finish);
  for (const { number, sequence, fault } of faults) {
    console.error(pc.red(`${number}  event ${sequence}: ${fault}`));
  }
  const what = `${events} events of ${numbers} numbers`;
  if (faults.length === 0) {
    console.log(pc.green(`All holds: ${what}.`));
    return EXIT_CODES.fine;
  }
  console.error(pc.red(`${faults.length} of ${numbers} numbers do not hold (${what}).`));
  return EXIT_CODES.finding;
}

if (import.meta.main) await runCommand(verifyCommand);
