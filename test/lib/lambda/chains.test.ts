import middy from '@middy/core';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { EDGE } from '../../../lib/lambda/edge.ts';
import { failure } from '../../../lib/lambda/failure.ts';
import { INTERNAL_ERROR, problemAnswers } from '../../../lib/lambda/problem-answers.ts';
import { requestLog } from '../../../lib/lambda/request-log.ts';
import { sqsRecords } from '../../../lib/lambda/sqs-records.ts';
import { inOrder, streamChanges } from '../../../lib/lambda/stream-changes.ts';
import { timeBudget } from '../../../lib/lambda/time-budget.ts';
import { createTwilio } from '../../../lib/lambda/twilio.ts';
import { jsonAnswer, problemAnswer, RequestProblem } from '../../../lib/runtime/problem.ts';
import { logger } from '../../../lib/telemetry/telemetry.ts';
import { startBrokenDependencies } from '../../setup/broken-dependencies.ts';
import { asLambda, context } from '../../setup/lambda.ts';

const output = await vi.hoisted(async () => (await import('../../setup/lines.ts')).collectLines());

afterEach(() => {
  vi.restoreAllMocks();
  logger.resetKeys();
});

const JOBS = { message: 'A job goes back to the queue', metric: 'jobFailed' } as const;
type Answer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

test('a record whose body does not parse goes back alone, beside those that failed; the others are done', async () => {
  const done: number[] = [];
  const handler = middy(EDGE)
    .use(requestLog())
    .use(failure(JOBS))
    .use(sqsRecords(z.object({ page: z.number() }), JOBS))
    .handler(async ({ records }) => {
      done.push(...records.map(({ content }) => content.page));
      return [{ messageId: records[1]?.messageId ?? '', error: new Error('too late') }];
    });
  const bodies = ['{"page":1}', '{"page":', '{"page":3}', '{"leaf":4}'];
  const Records = bodies.map((body, index) => ({ messageId: `m${index}`, body }));
  const { batchItemFailures } = await asLambda<object, Answer>(handler)({ Records });
  expect(done).toEqual([1, 3]);
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m1', 'm3', 'm2']);
});

test('a batch that failed by one error is one log line, which says how many records go back', async () => {
  const error = vi.spyOn(logger, 'error');
  const handler = middy(EDGE)
    .use(sqsRecords(z.object({}), JOBS))
    .handler(async ({ records }) => {
      const outage = new Error('Nobody answers');
      return records.map(({ messageId }) => ({ messageId, error: outage, about: { messageId } }));
    });
  const Records = ['a', 'b', 'c'].map((messageId) => ({ messageId, body: '{}' }));
  await asLambda(handler)({ Records });
  expect(error.mock.calls).toEqual([[JOBS.message, { records: 3, name: 'Error', reason: 'Nobody answers' }]]);
});

test('a stream begins again with the first change that failed, and nothing behind it was begun', async () => {
  const begun: string[] = [];
  const handler = middy(EDGE)
    .use(streamChanges({ consent: 'sendgate-a-consent', outreach: 'sendgate-a-outreach' }))
    .use(failure({ message: 'A change could not be followed', metric: 'changeFailed' }))
    .handler(({ changes }) =>
      inOrder(changes, async ({ sequenceNumber, table, after }) => {
        begun.push(`${table} ${after?.['pk']}`);
        if (sequenceNumber === '2') throw new Error('not now');
      }),
    );
  const Records = ['1', '2', '3'].map((SequenceNumber) => ({
    eventSourceARN: 'arn:aws:dynamodb:us-east-1:0:table/sendgate-a-outreach/stream/1',
    dynamodb: { SequenceNumber, NewImage: { pk: { S: `item ${SequenceNumber}` } } },
  }));
  const { batchItemFailures } = await asLambda<object, Answer>(handler)({ Records });
  expect(batchItemFailures).toEqual([{ itemIdentifier: '2' }]);
  expect(begun).toEqual(['outreach item 1', 'outreach item 2']);
});

test('every problem carries the id of its request: one that is thrown, one that is returned; no other answer does', async () => {
  const requestContext = { requestId: 'gateway-1' };
  const answers = async (work: () => Promise<unknown>) => {
    const handler = middy(EDGE).use(problemAnswers(INTERNAL_ERROR)).handler(work);
    const answer = await asLambda<object, { statusCode: number; body: string }>(handler)({ requestContext });
    return JSON.parse(answer.body) as unknown;
  };
  const problem = { status: 409, title: 'Taken', detail: 'Choose another name.' };
  const expected = { type: 'about:blank', ...problem, requestId: 'gateway-1' };
  expect(await answers(async () => Promise.reject(new RequestProblem(409, 'Taken', problem.detail)))).toEqual(
    expected,
  );
  expect(await answers(async () => problemAnswer(problem))).toEqual(expected);
  expect(await answers(async () => jsonAnswer(200, { id: 1 }))).toEqual({ id: 1 });
  expect(await answers(async () => Promise.reject(new Error('+13035550142')))).toEqual({
    type: 'about:blank',
    ...INTERNAL_ERROR,
    requestId: 'gateway-1',
  });
});

test('the keys of one request are gone in the next', async () => {
  const first = context();
  const second = context();
  const handler = middy(EDGE)
    .use(requestLog())
    .handler(async () => {
      logger.info('A request');
      logger.appendKeys({ messageId: 'one' });
    });
  output.clear();
  await asLambda(handler)({ requestContext: { requestId: 'gateway-1' } }, first);
  await asLambda(handler)({}, second);
  const [one, two] = output.logged();
  expect(one).toMatchObject({ requestId: first.awsRequestId, apiRequestId: 'gateway-1' });
  expect(two).toMatchObject({ requestId: second.awsRequestId });
  expect(two).not.toHaveProperty('messageId');
  expect(two).not.toHaveProperty('apiRequestId');
});

test('a schedule that says something unknown fails, and time ends before the reserve is touched', async () => {
  const handler = middy(EDGE)
    .use(timeBudget(20_000, z.object({ sweep: z.boolean() })))
    .handler(async ({ input, hasTime }) => ({ ...input, hasTime: hasTime() }));
  const run = asLambda<object, object>(handler);
  expect(await run({ sweep: true }, context(25_000))).toEqual({ sweep: true, hasTime: true });
  expect(await run({ sweep: false }, context(15_000))).toEqual({ sweep: false, hasTime: false });
  await expect(run({ sweep: 'maybe' })).rejects.toThrow();
});

test('a client of Twilio is kept until its key is rotated, and made again with the new one', async () => {
  const ssm = await startBrokenDependencies();
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', ssm.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local-secret');
  vi.useFakeTimers({ toFake: ['Date'] });
  const haveKey = (apiKeySecret: string) =>
    ssm.parameters.set('api-key', JSON.stringify({ accountSid: 'AC1', apiKeySid: 'SK1', apiKeySecret }));
  try {
    haveKey('first');
    const twilio = createTwilio({ twilioCredentialsParameter: 'api-key', sender: '+13035550100' });
    const client = twilio.client(({ credentials, sender }) => ({ key: credentials.apiKeySecret, sender }));
    const kept = await client();
    expect(kept).toEqual({ key: 'first', sender: '+13035550100' });
    haveKey('second');
    expect(await client()).toBe(kept);
    vi.setSystemTime(Date.now() + 301_000);
    expect(await client()).toEqual({ key: 'second', sender: '+13035550100' });
  } finally {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    await ssm.close();
  }
});
