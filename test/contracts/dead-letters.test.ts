import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countDeadLetters, redrive } from '../../infra/ops/dead-letters.ts';
import { newNumber, setUp, submission } from '../flow/organization.ts';
import { createWorld, type World } from '../flow/world.ts';

let world: World;
let sqs: SQSClient;
let stack: string;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  sqs = new SQSClient({ endpoint: process.env['AWS_ENDPOINT_URL_SQS'] ?? '' });
  stack =
    world.tables.priorityQueueUrl
      .split('/')
      .at(-1)
      ?.replace(/-priority$/, '') ?? '';
});
afterAll(async () => {
  sqs.destroy();
  await world.close();
});

const dies = (queueUrl: string, body: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: `${queueUrl}-dead-letters`, MessageBody: body }));

async function taken(url: string) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
  );
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  return Messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body }));
}

test('X5 dead letters of a lane are redriven, and a text whose record is there twice leaves once', async () => {
  const { priorityQueueUrl } = world.tables;
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.enqueueDue();
  const [record] = await taken(priorityQueueUrl);
  for (let letters = 0; letters < 12; letters++) await dies(priorityQueueUrl, record?.body ?? '');
  expect(await countDeadLetters(sqs, stack, 'priority')).toBe(12);
  const steps: number[] = [];
  const redriven = await redrive(sqs, { stack, queue: 'priority' }, (letters) => steps.push(letters));
  expect(redriven).toEqual({ moved: 12, notices: 0 });
  expect(steps.reduce((sum, letters) => sum + letters, 0)).toBe(12);
  expect(await world.drainLanes()).toBe(12);
  expect(world.textsTo(number)).toHaveLength(1);
  expect(await countDeadLetters(sqs, stack, 'priority')).toBe(0);
});

test('H10 an opt-in whose change was given up by the stream wakes who waited when its notice is redriven', async () => {
  const { jobsQueueUrl } = world.tables;
  const [starts, waits] = [newNumber(), newNumber()];
  for (const number of [starts, waits]) await world.submit('quote', submission(number));
  await world.runCycle();
  await world.text(starts, 'START');
  // Lambda leaves this in place of a change that consent-changes never takes.
  await dies(
    jobsQueueUrl,
    JSON.stringify({ DDBStreamBatchInfo: { shardId: 's', startSequenceNumber: '1' } }),
  );
  expect(await redrive(sqs, { stack, queue: 'jobs' })).toEqual({ moved: 0, notices: 1 });
  const jobs = await taken(jobsQueueUrl);
  expect(jobs).toHaveLength(8);
  for (const job of jobs) await world.handlers.jobs({ Records: [job] } as SQSEvent);
  await world.enqueueDue();
  await world.drainLanes();
  expect(world.textsTo(starts)).toHaveLength(1);
  expect(world.textsTo(waits)).toEqual([]);
});
