import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventKey } from '../../lib/consent/consent-items.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

/** Plays rare paths through the real handlers. Only these paths show what a role must allow for them (test/grants). */
let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());
afterEach(() => world.twilio.clearFaults());

async function leadOf(number: string): Promise<string> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  return (json['leads'] as { id: string }[])[0]?.id ?? '';
}

async function textOf(number: string): Promise<{ id: string; sid: string }> {
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/messages`);
  return (json['messages'] as { id: string; sid: string }[])[0] ?? { id: '', sid: '' };
}

test('X9 a callback that says the number opted out at the carrier is an opt-out, once however often it comes', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  const { id, sid } = await textOf(number);
  for (let times = 0; times < 2; times++) {
    const fields = { MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '21610' };
    const path = `/twilio/status?message=${encodeURIComponent(id)}`;
    expect(await world.twilio.callback(path, fields)).toMatchObject({ status: 200 });
  }
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', version: 2 });
});

test('S8 T8 a number that a carrier called unreachable may be texted again once a text came from it, for each lead that has it', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.admin('POST', '/leads', { number });
  await world.runCycle();
  const { id, sid } = await textOf(number);
  const fields = { MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '30006' };
  await world.twilio.callback(`/twilio/status?message=${encodeURIComponent(id)}`, fields);
  const path = `/numbers/${encodeURIComponent(number)}`;
  const write = () => world.admin('POST', `${path}/messages`, { body: 'Hi, Ada here.' }, '[agent]');
  const unreachable = async () => {
    const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
    return (json['leads'] as object[]).filter((lead) => 'unreachable' in lead).length;
  };
  expect(await unreachable()).toBeGreaterThan(0);
  const leadId = id.split('.')[0] ?? '';
  const ask = async () => (await world.admin('GET', `${path}/why?leadId=${leadId}`)).json['decision'];
  expect(await ask()).toMatchObject({ kind: 'refuse', reason: 'numberUnreachable' });
  await world.text(newNumber(), 'Hello?');
  expect(await ask()).toMatchObject({ kind: 'refuse' });
  await world.text(number, 'Hello?');
  expect(await unreachable()).toBe(0);
  expect(await ask()).toMatchObject({ kind: 'send' });
  await write();
  await world.runCycle();
  expect(world.textsTo(number).at(-1)).toContain('Hi, Ada here.');
});

test('X5 X9 an opt-out at the carrier that an earlier try wrote down is not written twice by the gate', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  const { client, consentTable: table } = world.tables;
  const id = `${await leadOf(number)}.welcome.0`;
  await createConsentRegistry({ client, table, now: () => new Date() }).record({
    number,
    kind: 'optOut',
    occurredAt: new Date().toISOString(),
    sourceId: `carrier:${id}:1:21610`,
    evidence: { source: 'carrier', messageId: id, errorCode: 21610 },
  });
  await world.text(number, 'START');
  await world.twilio.block(number);
  await world.runCycle();
  expect(await consentOf(world, number)).toMatchObject({ version: 3 });
  expect(await textOf(number)).toMatchObject({ id });
});

test('S7 an export whose worker fails for the last time says so, and keeps nothing of what it uploaded', async () => {
  const { json } = await world.admin('POST', '/exports', { format: 'csv' });
  const attributes = { ApproximateReceiveCount: '5' };
  const record = { messageId: 'm', body: JSON.stringify({ exportId: json['id'] }), attributes };
  let asked = 0;
  const getRemainingTimeInMillis = () => {
    // The worker dies once the first part is in the bucket.
    if (++asked > 1) throw new Error('The worker was ended');
    return 300_000;
  };
  const long = newNumber();
  await recordLongEvents(long);
  const result = await world.handlers.registryJobs(
    { Records: [record] } as unknown as SQSEvent,
    { getRemainingTimeInMillis } as Context,
  );
  expect(result).toEqual({ batchItemFailures: [] });
  const failed = await world.admin('GET', `/exports/${json['id']}`);
  expect(failed.json).toMatchObject({ state: 'failed', reason: expect.stringContaining('five times') });
});

test('X2 an export reads a number again that looks altered, before it says so', async () => {
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.tables.client.send(
    new UpdateCommand({
      TableName: world.tables.consentTable,
      Key: eventKey(number, 1),
      UpdateExpression: 'SET evidence.wordsShown = :other',
      ExpressionAttributeValues: { ':other': 'I agree to everything.' },
    }),
  );
  const { json } = await world.admin('POST', '/exports', { format: 'ndjson' });
  await world.runRegistryJobs();
  expect((await world.admin('GET', `/exports/${json['id']}`)).json).toMatchObject({
    state: 'done',
    faults: 1,
  });
});

/** Records more events than one part of an export holds. */
async function recordLongEvents(number: string): Promise<void> {
  const { client, consentTable: table } = world.tables;
  const registry = createConsentRegistry({ client, table, now: () => new Date() });
  for (let index = 0; index < 35; index++) {
    await registry.record({
      number,
      kind: 'handsetKeyword',
      occurredAt: new Date().toISOString(),
      sourceId: `long-${index}`,
      evidence: {
        source: 'handset',
        messageSid: `SM${index}`,
        to: number,
        wordsSent: 'These are the words. '.repeat(15_000),
        word: 'ROOF',
        carrierActs: false,
      },
    });
  }
}
