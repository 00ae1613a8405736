import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pc from 'picocolors';
import * as z from 'zod';
import { createConfiguration } from '../../../lib/configuration/configuration.ts';
import { verifyRegistry } from '../../../lib/consent/verify-registry.ts';
import { createDocumentClient } from '../../../lib/runtime/dynamodb.ts';
import { defineCommand, flag, organizationName, PLACE_OPTIONS, runCommand } from '../command.ts';
import { findOrCreateTables } from '../place.ts';
import { EXIT_CODES, type ExitCode, Finding } from '../problem.ts';
import { startProgress } from '../progress.ts';
import { checkFiles, checkStill } from './check-backup.ts';
import { provisionLocalTables } from './local-tables.ts';
import { type Manifest, readManifest, tablesOf } from './manifest.ts';
import { checkTarget, type RestoreOptions, restoreBackup } from './restore-backup.ts';

export const restoreCommand = defineCommand({
  usage: 'npm run restore -- --from DIRECTORY --organization NAME [options]',
  about: `Writes a backup into the empty tables of a fresh stack, every item as it was, reads all of it back and compares, and verifies the
whole consent registry. Refuses a backup that was altered, and tables that hold something or whose changes are followed.`,
  options: {
    from: { takes: 'DIRECTORY', help: 'the backup', schema: z.string() },
    organization: {
      takes: 'NAME',
      help: 'in AWS, deployed with standby: true; "local" for a new state of npm start',
      schema: organizationName,
    },
    prefix: {
      takes: 'PREFIX',
      help: "what the tables' names begin with (sendgate-NAME)",
      schema: z.string().optional(),
    },
    again: flag('goes on with a restore that was interrupted'),
    'same-twilio': flag('the new stack uses the same Twilio account: claimed texts are settled there'),
    'accept-running': flag(
      'the old stack is gone and its texts were not stopped: starts with every text held',
    ),
    ...PLACE_OPTIONS,
  },
  notes: 'docs/operations.md, "Moving an organization", says what comes before and after.',
  failure: 'Not restored.',
  async run(values): Promise<ExitCode> {
    const { from: folder, organization, again } = values;
    const isLocal = organization === 'local';
    const name = isLocal ? 'demo' : organization;
    const prefix = values.prefix ?? `sendgate-${name}`;
    const manifest = await readManifest(folder);
    checkStill(manifest, { running: values['accept-running'], sameTwilio: values['same-twilio'] });
    await checkFiles(folder, manifest);
    const { config, close } = await findOrCreateTables({ ...values, aws: !isLocal });
    const dynamodb = new DynamoDBClient(config);
    try {
      if (isLocal) await provisionLocalTables(dynamodb);
      await restore({ dynamodb, prefix, folder, again }, manifest, name);
      return EXIT_CODES.fine;
    } finally {
      dynamodb.destroy();
      await close();
    }
  },
});

async function restore(options: RestoreOptions, manifest: Manifest, organization: string): Promise<void> {
  const { dynamodb, prefix } = options;
  await checkTarget(options);
  const items = Object.values(manifest.tables).reduce((sum, table) => sum + table.items, 0);
  const progress = startProgress(`Writing ${prefix} and comparing`, 2 * items);
  await restoreBackup({ ...options, onItems: progress.add }, manifest).finally(progress.finish);
  const client = createDocumentClient(dynamodb);
  const tables = tablesOf(prefix);
  const { numbers, events, faults } = await verifyRegistry({ client, table: tables.consent });
  if (faults.length > 0) {
    throw new Finding(`${faults.length} numbers do not hold, as in the backup: npm run verify names them.`);
  }
  if (!manifest.stopped) {
    const deps = { client, table: tables.configuration, organization, now: () => new Date() };
    await createConfiguration(deps).changeSettings({ a2pVerified: false }, 'restore');
  }
  console.log(pc.green(`Restored ${items} items. All holds: ${events} events of ${numbers} numbers.`));
  console.log('Every text is held until an admin sets "a2pVerified": true.');
}

if (import.meta.main) await runCommand(restoreCommand);
