import { randomUUID } from 'node:crypto';
import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { asLambda } from '../setup/lambda.ts';
import { type BenchOrganization, nameOf, startBenchOrganization } from './bench-organization.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { createPeople, type People } from './people.ts';
import { type Recipient, recordTransaction, requestsFor, timeFirstTransaction } from './replay.ts';
import type { Services } from './services.ts';
import { quantile, startClock } from './spent.ts';

const ALONE = 400;
const TRIALS = 1000;
const MAXIMUM_ROUNDS = 6;
/** STOPs that arrive at the same time. */
const AT_ONCE = 16;
const PATH = '/webhooks/twilio/inbound';

/** Measures how long recording a STOP takes, and whether a text leaves after one while the gate works on the same numbers. */
export async function measureStop(progress: (line: string) => void): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const people = createPeople(bench.names);
    const { handler } = await import('../../functions/twilio-inbound/handler.ts');
    const inbound = asLambda<APIGatewayProxyEventV2, { statusCode: number }>(handler);
    const stop = async ({ number }: Recipient): Promise<number> => {
      const clock = startClock();
      const { statusCode } = await inbound(stopFrom(number, bench.services));
      if (statusCode !== 200) throw new Error(`A STOP was answered ${statusCode}`);
      return clock().seconds * 1000;
    };
    progress('Warm-up');
    for (const one of await people.make(100, 'due')) await stop(one);
    const [model] = await people.make(1, 'due');
    if (!model) throw new Error('Nobody was made');
    const recordings = await recordTransaction(model, () => stop(model));

    progress(`${ALONE} STOPs, each beside one raw transaction`);
    const client = createDocumentClient();
    const texters = await people.make(ALONE, 'due');
    const others = await people.make(ALONE, 'due');
    const stops: number[] = [];
    const recorded: number[] = [];
    const raws: number[] = [];
    for (const [index, texter] of texters.entries()) {
      recorded.push(await timeFirstTransaction(async () => stops.push(await stop(texter))));
      const [request] = requestsFor(recordings, 0, others[index] ?? texter);
      const clock = startClock();
      await client.send(request as TransactWriteCommand);
      raws.push(clock().seconds * 1000);
    }
    await bench.sendDue();
    const load = await underLoad(bench, people, stop, progress);
    return [
      raw('STOP, from request to recorded: p50', quantile(recorded, 0.5), 'ms'),
      raw('STOP, from request to recorded: p99', quantile(recorded, 0.99), 'ms'),
      raw('STOP, from request to answer: p50', quantile(stops, 0.5), 'ms'),
      raw('STOP, from request to answer: p99', quantile(stops, 0.99), 'ms'),
      raw('one raw transaction: p50', quantile(raws, 0.5), 'ms'),
      raw('one raw transaction: p99', quantile(raws, 0.99), 'ms'),
      atMost(
        'STOP recorded against one raw transaction: p50',
        quantile(recorded, 0.5) / quantile(raws, 0.5),
        'x',
        2.5,
      ),
      raw(
        'STOP recorded against one raw transaction: p99',
        quantile(recorded, 0.99) / quantile(raws, 0.99),
        'x',
      ),
      ...load,
    ];
  } finally {
    await bench.close();
  }
}

/** Sends STOPs while four workers of the gate send texts, some of them to the very numbers that text STOP. */
async function underLoad(
  bench: BenchOrganization,
  people: People,
  stop: (one: Recipient) => Promise<number>,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const queue = nameOf(bench.names, ENV.bulkQueueUrl);
  const begun = new Map<string, number>();
  const answered = new Map<string, number>();
  const handleAndTime = (event: SQSEvent) => {
    for (const { body } of event.Records) begun.set(JSON.parse(body).number, performance.now());
    return bench.gate(event);
  };
  const times: number[] = [];
  /** Lists the numbers whose STOP was recorded before the gate took up their queued text. */
  const trials = () =>
    [...answered].filter(([number, at]) => (begun.get(number) ?? Number.POSITIVE_INFINITY) > at);
  for (let round = 1; round <= MAXIMUM_ROUNDS && trials().length < TRIALS; round++) {
    progress(`Round ${round}: ${trials().length} of ${TRIALS} trials; the gate and STOPs at the same time`);
    // Texts to other numbers are queued first, so that the gate is at full load while the STOPs come in.
    await people.make(TRIALS, 'due');
    await bench.cycle('drip');
    const texters = await people.make(TRIALS, 'due');
    await bench.cycle('drip');
    const waiting = texters.toReversed().values();
    await Promise.all([
      bench.drain(queue, handleAndTime),
      ...Array.from({ length: AT_ONCE }, async () => {
        for (const texter of waiting) {
          if (begun.has(texter.number)) continue;
          times.push(await stop(texter));
          answered.set(texter.number, performance.now());
        }
      }),
    ]);
  }
  const sent = new Set((await messagesOf(bench.services)).map(({ to }) => to));
  const after = trials().filter(([number]) => sent.has(number));
  return [
    raw('STOP at full load, from request to answer: p50', quantile(times, 0.5), 'ms'),
    raw('STOP at full load, from request to answer: p99', quantile(times, 0.99), 'ms'),
    atLeast('STOPs recorded before the gate took up their queued text', trials().length, 'trials', TRIALS),
    atMost('texts sent to them', after.length, 'texts', 0),
  ];
}

async function messagesOf({ twilioUrl }: Services): Promise<{ to: string }[]> {
  const answer = await fetch(`${twilioUrl}/stand-in/messages`);
  return ((await answer.json()) as { messages: { to: string }[] }).messages;
}

function stopFrom(number: string, { authToken }: Services): APIGatewayProxyEventV2 {
  const fields = {
    MessageSid: `SM${randomUUID().replaceAll('-', '')}`,
    From: number,
    To: '+13035550100',
    Body: 'STOP',
  };
  const url = `${process.env[ENV.publicBaseUrl]}${PATH}`;
  const signature = webhooks.getExpectedTwilioSignature(authToken, url, fields);
  return {
    rawPath: PATH,
    rawQueryString: '',
    headers: { 'x-twilio-signature': signature },
    body: new URLSearchParams(fields).toString(),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
}
