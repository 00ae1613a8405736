import { parseArgs } from 'node:util';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { verifyRegistry } from '../../lib/consent/verify-registry.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { resolvePlace } from './place.ts';

const HELP = `npm run verify -- [options]

Verifies the whole consent registry: every event, every hash, every state, and that the lists follow from them.
Without options: what npm start keeps on this machine.

  --organization NAME   the registry of that organization in AWS, with the credentials of your environment
  --region REGION       its region, if your environment names another
  --table NAME          a table by its own name
  --endpoint URL        a DynamoDB at another address
  --state DIRECTORY     state of npm start (.sendgate)

Ends with 1 when something does not hold.`;

const { values } = parseArgs({
  options: {
    organization: { type: 'string' },
    region: { type: 'string' },
    table: { type: 'string' },
    endpoint: { type: 'string' },
    state: { type: 'string', default: '.sendgate' },
    help: { type: 'boolean', default: false },
  },
});

async function verify(): Promise<number> {
  const table = values.table ?? `sendgate-${values.organization ?? 'demo'}-consent`;
  const aws = values.organization !== undefined || values.table !== undefined;
  const { config, close } = await resolvePlace({ ...values, aws });
  const dynamodb = new DynamoDBClient(config);
  const bar = new SingleBar(
    { format: `${table} {bar} {percentage}% | {value} items | {eta_formatted} left`, hideCursor: true },
    Presets.shades_classic,
  );
  try {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
    // DynamoDB counts its items every six hours: the total is an estimate, and grows with what is read.
    bar.start(Math.max(1, Table?.ItemCount ?? 0), 0);
    let read = 0;
    const onRead = (items: number) => {
      read += items;
      if (read > bar.getTotal()) bar.setTotal(read);
      bar.update(read);
    };
    const { numbers, events, faults } = await verifyRegistry(
      { client: createDocumentClient(dynamodb), table },
      { onRead },
    );
    bar.setTotal(Math.max(1, read));
    bar.stop();
    for (const { number, sequence, fault } of faults) {
      console.error(pc.red(`${number}  event ${sequence}: ${fault}`));
    }
    const what = `${events} events of ${numbers} numbers`;
    if (faults.length === 0) console.log(pc.green(`All holds: ${what}.`));
    else console.error(pc.red(`${faults.length} of ${numbers} numbers do not hold (${what}).`));
    return faults.length === 0 ? 0 : 1;
  } finally {
    bar.stop();
    dynamodb.destroy();
    await close();
  }
}

if (values.help) console.log(HELP);
else {
  process.exitCode = await verify().catch((error: unknown) => {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    console.error(pc.red(`The registry could not be verified. ${message}`));
    return 2;
  });
}
