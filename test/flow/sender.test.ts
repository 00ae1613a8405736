import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newNumber, setUp, submission } from './organization.ts';
import { createWorld, SENDER, type World } from './world.ts';

let world: World;
let inboundUrl: string;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  inboundUrl = world.twilio.senders.number(SENDER)?.smsUrl ?? '';
});
beforeEach(() => {
  world.twilio.clearFaults();
  Object.assign(number(), { smsUrl: inboundUrl, smsMethod: 'POST', smsApplicationSid: '' });
  Object.assign(number(), { smsFallbackUrl: inboundUrl, smsFallbackMethod: 'POST' });
  Object.assign(service(), { useInboundWebhookOnNumber: true, campaignStatuses: ['VERIFIED'] });
});
afterAll(() => world.close());

function number() {
  const found = world.twilio.senders.number(SENDER);
  if (!found) throw new Error('The stand-in has lost our number');
  return found;
}
function service() {
  const [found] = world.twilio.senders.services;
  if (!found) throw new Error('The stand-in has lost our service');
  return found;
}
const check = async () => (await world.admin('GET', '/sender/check')).json;
const codes = (json: Record<string, unknown>) =>
  (json['findings'] as { code: string }[]).map(({ code }) => code);

test('S9 a sender that is set up as it should be has no findings', async () => {
  expect(await check()).toMatchObject({
    sender: SENDER,
    repliesReachUs: true,
    numbers: [SENDER],
    findings: [],
  });
});

test('S9 the check says in one sentence what to change, repair changes just that, and replies reach us', async () => {
  Object.assign(number(), { smsUrl: 'https://old.example/sms', smsMethod: 'GET', smsFallbackUrl: '' });
  const before = await check();
  expect(before).toMatchObject({ repliesReachUs: false });
  expect(codes(before)).toEqual(['inboundElsewhere', 'inboundMethod', 'fallbackElsewhere']);
  const [first] = before['findings'] as { sentence: string }[];
  expect(first?.sentence).toBe(
    `Incoming texts of ${SENDER} go to https://old.example/sms, so that no STOP and no reply reaches us: set the address for incoming messages to ${inboundUrl}.`,
  );
  const repaired = (await world.admin('POST', '/sender/repair')).json;
  expect(repaired['changed']).toEqual([
    expect.objectContaining({ name: 'inboundUrl', now: 'https://old.example/sms', right: inboundUrl }),
    expect.objectContaining({ name: 'inboundMethod', now: 'GET', right: 'POST' }),
    expect.objectContaining({ name: 'fallbackUrl', now: null, right: inboundUrl }),
  ]);
  expect(repaired['check']).toMatchObject({ repliesReachUs: true, findings: [] });
  expect(number()).toMatchObject({ smsUrl: inboundUrl, smsMethod: 'POST', smsFallbackUrl: inboundUrl });
  expect((await world.text(newNumber(), 'STOP')).status).toBe(200);
  const again = (await world.admin('POST', '/sender/repair')).json;
  expect(again['changed']).toEqual([]);
});

test("S9 where the number's service takes its texts, the service is what counts and what is repaired", async () => {
  service().useInboundWebhookOnNumber = false;
  number().smsUrl = 'https://unused.example';
  const found = await check();
  expect(codes(found)).toEqual(['inboundElsewhere', 'fallbackElsewhere']);
  expect(JSON.stringify(found['findings'])).toContain(`messaging service ${service().sid} go nowhere`);
  await world.admin('POST', '/sender/repair');
  expect(service()).toMatchObject({ inboundRequestUrl: inboundUrl, fallbackUrl: inboundUrl });
  expect(number().smsUrl).toBe('https://unused.example');
  expect(await check()).toMatchObject({ repliesReachUs: true, findings: [] });
});

test('S9 an application in charge of the number is told and left to a person', async () => {
  number().smsApplicationSid = `AP${'1'.repeat(32)}`;
  const repaired = (await world.admin('POST', '/sender/repair')).json;
  expect(repaired).toMatchObject({ changed: [], check: { repliesReachUs: false } });
  expect(codes(repaired['check'] as Record<string, unknown>)).toEqual(['applicationInCharge']);
});

test('S9 an agent may not ask, and Twilio out of reach is said so', async () => {
  for (const [method, path] of [
    ['GET', '/sender/check'],
    ['POST', '/sender/repair'],
    ['POST', '/sender/a2p/refresh'],
  ] as const) {
    expect((await world.admin(method, path, undefined, '[agent]')).status).toBe(403);
  }
  world.twilio.setFault({ kind: 'apiDown', times: 1 });
  const answer = await world.admin('GET', '/sender/check');
  expect(answer).toMatchObject({ status: 503, json: { title: 'Twilio did not answer' } });
});

async function enrollmentOf(phone: string) {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(phone)}`);
  const [lead] = json['leads'] as { id: string }[];
  const shown = await world.admin('GET', `/leads/${lead?.id}`);
  return (shown.json['enrollments'] as Record<string, unknown>[])[0];
}

test('C8 while A2P verification is missing nothing leaves and each text says why; verification read from Twilio releases them', async () => {
  service().campaignStatuses = ['IN_PROGRESS'];
  const waiting = await world.admin('POST', '/sender/a2p/refresh');
  expect(waiting.json).toMatchObject({
    a2pVerified: false,
    a2pVerification: { source: 'twilio', by: 'ada', campaignStatus: 'IN_PROGRESS' },
  });
  const numbers = [newNumber(), newNumber(), newNumber()];
  for (const phone of numbers) await world.submit('contact', submission(phone));
  await world.runCycle();
  await world.runCycle();
  expect(numbers.flatMap(world.textsTo)).toEqual([]);
  for (const phone of numbers) {
    expect(await enrollmentOf(phone)).toMatchObject({ status: 'waiting', reason: 'a2pNotVerified' });
    const path = `/numbers/${encodeURIComponent(phone)}/messages`;
    const answer = await world.admin('POST', path, { body: 'Are you there?' }, '[agent]');
    expect(answer).toMatchObject({ status: 409, json: { code: 'a2pNotVerified' } });
    expect(answer.json['detail']).toContain('not verified for A2P 10DLC');
  }
  service().campaignStatuses = ['FAILED', 'VERIFIED'];
  expect((await world.admin('POST', '/sender/a2p/refresh')).json).toMatchObject({ a2pVerified: true });
  expect((await world.admin('GET', '/settings')).json).toMatchObject({
    a2pVerified: true,
    a2pVerification: { source: 'twilio', campaignStatus: 'FAILED, VERIFIED' },
  });
  await world.runCycle();
  for (const phone of numbers) expect(world.textsTo(phone)).toHaveLength(1);
});

test('C8 an admin can set the verification by hand, and the settings say who did', async () => {
  await world.admin('PATCH', '/settings', { a2pVerified: false });
  const phone = newNumber();
  await world.submit('contact', submission(phone));
  await world.runCycle();
  expect(world.textsTo(phone)).toEqual([]);
  const { json } = await world.admin('PATCH', '/settings', { a2pVerified: true });
  expect(json).toMatchObject({ a2pVerification: { source: 'admin', by: 'ada' } });
  await world.runCycle();
  expect(world.textsTo(phone)).toHaveLength(1);
  const forged = { a2pVerification: { source: 'twilio', by: 'x', at: '2026-01-01T00:00:00Z' } };
  expect((await world.admin('PATCH', '/settings', forged)).status).toBe(422);
});

test('C8 a long code without a campaign is not verified', async () => {
  service().campaignStatuses = [];
  const { json } = await world.admin('POST', '/sender/a2p/refresh');
  expect(json).toMatchObject({ a2pVerified: false, a2pVerification: { campaignStatus: 'no campaign' } });
});
