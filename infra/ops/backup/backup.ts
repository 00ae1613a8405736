import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pc from 'picocolors';
import { resolvePlace } from '../place.ts';
import { estimatedItems, itemsBar } from './bar.ts';
import { takeBackup } from './take-backup.ts';

const HELP = `npm run backup -- --organization NAME --out DIRECTORY [options]

Writes everything that an organization keeps into a directory: consent with its hashes, configuration with the forms' secrets,
leads, enrollments, texts and conversations. The files hold personal data and secrets in the clear: only you can read them, and
where they go is yours to guard.

  --organization NAME   in AWS, with the credentials of your environment; "local" for what npm start keeps
  --out DIRECTORY       where the backup goes; a new one
  --region REGION       the organization's region, if your environment names another
  --prefix PREFIX       what the tables' names begin with (sendgate-NAME): for tables restored to a moment
  --segments N          parts of a table that are read at once (4)
  --endpoint URL        a DynamoDB at another address
  --state DIRECTORY     state of npm start (.sendgate)

docs/operations.md, "Moving an organization", says what to stop first.`;

const { values } = parseArgs({
  options: {
    organization: { type: 'string' },
    out: { type: 'string' },
    region: { type: 'string' },
    prefix: { type: 'string' },
    segments: { type: 'string', default: '4' },
    endpoint: { type: 'string' },
    state: { type: 'string', default: '.sendgate' },
    help: { type: 'boolean', default: false },
  },
});

async function backup(organization: string, folder: string): Promise<void> {
  const segments = Number(values.segments);
  if (!Number.isInteger(segments) || segments < 1 || segments > 64) {
    throw new Error('--segments takes a whole number from 1 to 64');
  }
  const isLocal = organization === 'local';
  const prefix = values.prefix ?? `sendgate-${isLocal ? 'demo' : organization}`;
  const { config, close } = await resolvePlace({ ...values, aws: !isLocal });
  const dynamodb = new DynamoDBClient(config);
  const bar = itemsBar(`Reading ${prefix}`, await estimatedItems(dynamodb, prefix));
  try {
    const options = { dynamodb, prefix, folder, segments, now: () => new Date(), onRead: bar.add };
    const { tables, stopped, claimed } = await takeBackup(options);
    bar.end();
    const counts = Object.entries(tables).map(([table, { items }]) => `${items} of ${table}`);
    console.log(pc.green(`Backed up into ${folder}: ${counts.join(', ')}.`));
    if (!stopped) {
      console.log(
        pc.yellow(
          'The organization was texting meanwhile: what leaves after this would leave again once restored.',
        ),
      );
    }
    if (claimed > 0) {
      console.log(pc.yellow(`${claimed} texts had been handed to Twilio without an answer.`));
    }
  } finally {
    bar.end();
    dynamodb.destroy();
    await close();
  }
}

const { organization, out } = values;
if (values.help || organization === undefined || out === undefined) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  await backup(organization, out).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    console.error(pc.red(`No backup was made. ${message}`));
    process.exitCode = 1;
  });
}
