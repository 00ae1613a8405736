import { SQSClient } from '@aws-sdk/client-sqs';
import pc from 'picocolors';
import * as z from 'zod';
import { defineCommand, organizationName, PLACE_OPTIONS, runCommand } from './command.ts';
import { countDeadLetters, QUEUES, type QueueName, redrive } from './dead-letters.ts';
import { findQueues } from './place.ts';
import { EXIT_CODES, type ExitCode } from './problem.ts';
import { startProgress } from './progress.ts';

export const redriveCommand = defineCommand({
  usage: 'npm run redrive -- [options]',
  about: `Gives a queue's dead letters back to it. Without --queue: how many each queue has.
Without --organization: the queues of the instance that npm start runs on this machine.`,
  options: {
    queue: {
      takes: 'NAME',
      help: QUEUES.join(', '),
      schema: z.enum(QUEUES, `takes one of ${QUEUES.join(', ')}`).optional(),
    },
    organization: {
      takes: 'NAME',
      help: 'the queues of that organization in AWS, with the credentials of your environment',
      schema: organizationName.optional(),
    },
    ...PLACE_OPTIONS,
  },
  notes: 'Mend the cause first: docs/operations.md, "Dead letters". Redriving twice sends nothing twice.',
  async run({ queue, organization, ...place }): Promise<ExitCode> {
    const stack = `sendgate-${organization ?? 'demo'}`;
    const sqs = new SQSClient(await findQueues({ ...place, aws: organization !== undefined }));
    try {
      await (queue ? redriveQueue(sqs, stack, queue) : printCounts(sqs, stack));
      return EXIT_CODES.fine;
    } finally {
      sqs.destroy();
    }
  },
});

async function printCounts(sqs: SQSClient, stack: string): Promise<void> {
  for (const queue of [...QUEUES, 'unpublished']) {
    const letters = await countDeadLetters(sqs, stack, queue);
    console.log(`${queue.padEnd(14)} ${letters === 0 ? pc.dim('0') : pc.yellow(String(letters))}`);
  }
}

async function redriveQueue(sqs: SQSClient, stack: string, queue: QueueName): Promise<void> {
  const letters = await countDeadLetters(sqs, stack, queue);
  const progress = startProgress(`${stack}-${queue}`, letters, '{value} of about {total}');
  const { moved, notices } = await redrive(sqs, { stack, queue }, progress.add).finally(progress.stop);
  console.log(pc.green(`${moved} records are in the queue again.`));
  if (notices > 0) {
    console.log(`${notices} changes had not been followed: everybody who waits is decided on again.`);
    console.log('Confirmations and broadcasts of that time: docs/operations.md, "Dead letters".');
  }
}

if (import.meta.main) await runCommand(redriveCommand);
