import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pc from 'picocolors';
import { createConfiguration } from '../../../lib/configuration/configuration.ts';
import { verifyRegistry } from '../../../lib/consent/verify-registry.ts';
import { createDocumentClient } from '../../../lib/runtime/dynamodb.ts';
import { findRunningInstance } from '../../local/instance.ts';
import { ownEngine, type Place, resolvePlace } from '../place.ts';
import { itemsBar } from './bar.ts';
import { checkFiles, checkStill } from './check-backup.ts';
import { provisionLocalTables } from './local-tables.ts';
import { readManifest, tablesOf } from './manifest.ts';
import { checkTarget, restoreBackup } from './restore-backup.ts';

const HELP = `npm run restore -- --from DIRECTORY --organization NAME [options]

Writes a backup into the empty tables of a fresh stack, every item as it was, reads all of it back and compares, and verifies the
whole consent registry. Refuses a backup that was altered, and tables that hold something or whose changes are followed.

  --from DIRECTORY      the backup
  --organization NAME   in AWS, deployed with standby: true; "local" for a new state of npm start
  --region REGION       the organization's region, if your environment names another
  --prefix PREFIX       what the tables' names begin with (sendgate-NAME)
  --again               goes on with a restore that was interrupted
  --same-twilio         the new stack uses the same Twilio account: claimed texts are settled there
  --accept-running      the old stack is gone and its texts were not stopped: starts with every text held
  --endpoint URL        a DynamoDB at another address
  --state DIRECTORY     a new state for npm start (.sendgate)

docs/operations.md, "Moving an organization", says what comes before and after.`;

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    organization: { type: 'string' },
    region: { type: 'string' },
    prefix: { type: 'string' },
    again: { type: 'boolean', default: false },
    'same-twilio': { type: 'boolean', default: false },
    'accept-running': { type: 'boolean', default: false },
    endpoint: { type: 'string' },
    state: { type: 'string', default: '.sendgate' },
    help: { type: 'boolean', default: false },
  },
});

/** A new state is made where there is none; one on which an instance runs is none of ours. */
async function target(isLocal: boolean): Promise<Place> {
  const { endpoint, state } = values;
  if (!isLocal || endpoint !== undefined) return resolvePlace({ ...values, aws: true });
  if (await findRunningInstance(state))
    throw new Error(`An instance runs on ${state}. End it, or give another --state.`);
  return ownEngine(state);
}

async function restore(folder: string, organization: string): Promise<void> {
  const isLocal = organization === 'local';
  const name = isLocal ? 'demo' : organization;
  const prefix = values.prefix ?? `sendgate-${name}`;
  const manifest = await readManifest(folder);
  checkStill(manifest, { running: values['accept-running'], sameTwilio: values['same-twilio'] });
  await checkFiles(folder, manifest);
  const { config, close } = await target(isLocal);
  const dynamodb = new DynamoDBClient(config);
  const items = Object.values(manifest.tables).reduce((sum, table) => sum + table.items, 0);
  const bar = itemsBar(`Writing ${prefix} and comparing`, 2 * items);
  try {
    if (isLocal) await provisionLocalTables(dynamodb);
    const options = { dynamodb, prefix, folder, again: values.again, onItems: bar.add };
    await checkTarget(options);
    await restoreBackup(options, manifest);
    bar.end();
    const client = createDocumentClient(dynamodb);
    const tables = tablesOf(prefix);
    const { numbers, events, faults } = await verifyRegistry({ client, table: tables.consent });
    if (faults.length > 0) {
      throw new Error(`${faults.length} numbers do not hold, as in the backup: npm run verify names them.`);
    }
    if (!manifest.stopped) {
      const deps = { client, table: tables.configuration, organization: name, now: () => new Date() };
      await createConfiguration(deps).changeSettings({ a2pVerified: false }, 'restore');
    }
    console.log(pc.green(`Restored ${items} items. All holds: ${events} events of ${numbers} numbers.`));
    console.log('Every text is held until an admin sets "a2pVerified": true.');
  } finally {
    bar.end();
    dynamodb.destroy();
    await close();
  }
}

const { from, organization } = values;
if (values.help || from === undefined || organization === undefined) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  await restore(from, organization).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    console.error(pc.red(`Not restored. ${message}`));
    process.exitCode = 1;
  });
}
