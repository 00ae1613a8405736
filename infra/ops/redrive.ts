import { parseArgs } from 'node:util';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../local/engines.ts';
import { findRunningInstance } from '../local/instance.ts';
import { countDeadLetters, QUEUES, type QueueName, redrive } from './dead-letters.ts';

const HELP = `npm run redrive -- [options]

Gives a queue's dead letters back to it. Without --queue: how many each queue has.
Without --organization: the queues of the instance that npm start runs on this machine.

  --queue NAME          ${QUEUES.join(', ')}
  --organization NAME   the queues of that organization in AWS, with the credentials of your environment
  --region REGION       its region, if your environment names another
  --endpoint URL        an SQS at another address
  --state DIRECTORY     state of npm start (.sendgate)

Mend the cause first: docs/operations.md, "Dead letters". Redriving twice sends nothing twice.`;

const { values } = parseArgs({
  options: {
    queue: { type: 'string' },
    organization: { type: 'string' },
    region: { type: 'string' },
    endpoint: { type: 'string' },
    state: { type: 'string', default: '.sendgate' },
    help: { type: 'boolean', default: false },
  },
});

async function place(): Promise<SQSClientConfig> {
  const { organization, region, endpoint, state } = values;
  const local = { region: region ?? LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  if (endpoint !== undefined) return { ...local, endpoint };
  if (organization !== undefined) return region === undefined ? {} : { region };
  const running = await findRunningInstance(state);
  if (!running)
    throw new Error(`Nothing runs on ${state}. Run npm start first, or name an --organization in AWS.`);
  return { ...local, endpoint: running.queuesUrl };
}

async function list(sqs: SQSClient, stack: string): Promise<void> {
  for (const queue of [...QUEUES, 'unpublished']) {
    const letters = await countDeadLetters(sqs, stack, queue);
    console.log(`${queue.padEnd(14)} ${letters === 0 ? pc.dim('0') : pc.yellow(String(letters))}`);
  }
}

async function give(sqs: SQSClient, stack: string, queue: QueueName): Promise<void> {
  const bar = new SingleBar(
    { format: `${stack}-${queue} {bar} {value} of about {total}`, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(Math.max(1, await countDeadLetters(sqs, stack, queue)), 0);
  const { moved, notices } = await redrive(sqs, { stack, queue }, (letters) =>
    bar.increment(letters),
  ).finally(() => bar.stop());
  console.log(pc.green(`${moved} records are in the queue again.`));
  if (notices > 0) {
    console.log(`${notices} changes had not been followed: everybody who waits is decided on anew.`);
    console.log('Confirmations and broadcasts of that time: docs/operations.md, "Dead letters".');
  }
}

async function run(): Promise<void> {
  const stack = `sendgate-${values.organization ?? 'demo'}`;
  const queue = QUEUES.find((name) => name === values.queue);
  if (values.queue !== undefined && !queue) {
    throw new Error(`There is nothing to redrive to ${values.queue}. Queues: ${QUEUES.join(', ')}.`);
  }
  const sqs = new SQSClient(await place());
  try {
    await (queue ? give(sqs, stack, queue) : list(sqs, stack));
  } finally {
    sqs.destroy();
  }
}

if (values.help) console.log(HELP);
else {
  await run().catch((error: unknown) => {
    console.error(pc.red(error instanceof Error ? error.message : String(error)));
    process.exitCode = 1;
  });
}
