import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { type EngineProxy, type Interceptor, startProxy, untouched } from '../faults/proxy.ts';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

/*
 * Plays the two races that consent hangs on, in a fixed order: what happens elsewhere is recorded after the gate has
 * decided, and before the gate's write arrives at DynamoDB.
 */

let dynamodb: EngineProxy;
let world: World;
beforeAll(async () => {
  dynamodb = await startProxy(inject('endpoints').dynamodb);
  world = await createWorld({ dynamodb: dynamodb.url });
  await setUp(world);
});
afterEach(() => dynamodb.intercept(untouched));
afterAll(async () => {
  await world.close();
  await dynamodb.close();
});

/** Tells whether a transaction puts an item of a number with this status. */
function putsStatus(body: string, number: string, status: string): boolean {
  const { TransactItems } = JSON.parse(body) as {
    TransactItems: { Put?: { Item: Record<string, { S?: string }> } }[];
  };
  return TransactItems.some(
    ({ Put }) => Put?.Item['number']?.S === number && Put.Item['status']?.S === status,
  );
}

/** Lets something happen once, ahead of the first transaction that puts an item of a number with this status. */
function beforeStatus(number: string, status: string, happens: () => Promise<unknown>): Interceptor {
  let isOver = false;
  return async ({ action, body }, forward) => {
    if (!isOver && action === 'TransactWriteItems' && putsStatus(body, number, status)) {
      isOver = true;
      await happens();
    }
    return forward();
  };
}

async function enrollmentOf(number: string) {
  const path = `/numbers/${encodeURIComponent(number)}/why?automation=welcome`;
  return (await world.admin('GET', path)).json['enrollment'];
}

test('S4 an opt-out by an agent that is recorded between the decision and the claim stops the text', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  let happened = 0;
  // It touches the number's consent and nothing else, so that only the claim's condition on consent can see it.
  const optOut = async () => {
    happened++;
    const path = `/numbers/${encodeURIComponent(number)}/opt-out`;
    expect((await world.admin('POST', path)).status).toBe(200);
  };
  dynamodb.intercept(beforeStatus(number, 'claimed', optOut));
  await world.runCycle();
  expect(happened).toBe(1);
  expect(world.textsTo(number)).toEqual([]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  expect(await enrollmentOf(number)).toMatchObject({ status: 'waiting', reason: 'optedOut' });
});

test('S4 S5 an opt-out in own words that is recorded between the decision and the claim stops the text, though its conversation is written later', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  const recorded = Promise.withResolvers<void>();
  const claimAnswered = Promise.withResolvers<void>();
  let stop: Promise<unknown> | undefined;
  dynamodb.intercept(async ({ action, body }, forward) => {
    if (action !== 'TransactWriteItems' && action !== 'PutItem') return forward();
    if (stop && body.includes(number) && body.includes('"lastDirection":{"S":"inbound"}')) {
      await claimAnswered.promise;
      return forward();
    }
    if (body.includes(number) && body.includes('"kind":{"S":"optOut"}')) {
      const reply = await forward();
      recorded.resolve();
      return reply;
    }
    if (!stop && action === 'TransactWriteItems' && putsStatus(body, number, 'claimed')) {
      // Twilio does not act on these words, so that nothing but the claim stands between them and the text.
      stop = world.text(number, 'Please stop texting me');
      await recorded.promise;
      const reply = await forward();
      claimAnswered.resolve();
      return reply;
    }
    return forward();
  });
  await world.runCycle();
  await stop;
  expect(stop).toBeDefined();
  expect(world.textsTo(number)).toEqual([]);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
});

test('H10 X4 a START that is recorded and followed between the decision and the hold leaves nobody asleep', async () => {
  const number = newNumber();
  await world.submit('quote', submission(number));
  let happened = 0;
  dynamodb.intercept(
    beforeStatus(number, 'waiting', async () => {
      happened++;
      await world.text(number, 'START');
      // What wakes the number finds nothing that waits: the hold is not written yet.
      await world.followChanges();
    }),
  );
  await world.runCycle();
  await world.runCycle();
  expect(happened).toBe(1);
  expect(world.textsTo(number)).toEqual([expect.stringContaining('thanks for asking')]);
  expect(await enrollmentOf(number)).toMatchObject({ status: 'completed' });
});
