import { createHmac } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { messageIdOf } from '../../lib/automation/enrollment.ts';
import { enrollmentKey } from '../../lib/automation/enrollment-items.ts';
import { messageKey } from '../../lib/messaging/message-items.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { runGate, takeRecords } from './gate-process.ts';
import { CHECKBOX_WORDS, consentOf, FOOTER, newNumber, putForm, setUp, submission } from './organization.ts';
import { followStream } from './streams.ts';
import { createWorld, SENDER, type World } from './world.ts';

/** Shows that faults that hurt users of other systems (public issue threads, and runs of a peer's code) do not happen here. */
let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());
afterEach(() => {
  vi.useRealTimers();
  world.twilio.clearFaults();
});

const path = (number: string, rest: string) => `/numbers/${encodeURIComponent(number)}/${rest}`;

/** Moves this process's clock forward. Timers keep running. */
function passTime(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
}

async function dueLead(number = newNumber()): Promise<string> {
  expect((await world.submit('contact', submission(number))).status).toBe(200);
  return number;
}

async function set(settings: Record<string, unknown>): Promise<void> {
  expect((await world.admin('PATCH', '/settings', settings)).status).toBe(200);
}

async function texts(number: string): Promise<Record<string, unknown>[]> {
  const { json } = await world.admin('GET', path(number, 'messages'));
  return (json['messages'] as Record<string, unknown>[]).filter(({ direction }) => direction === 'outbound');
}

async function eventsOf(number: string): Promise<Record<string, unknown>[]> {
  const { json } = await world.admin('GET', path(number, 'consent/events'));
  return json['events'] as Record<string, unknown>[];
}

async function leadOf(number: string): Promise<string> {
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  return String((json['leads'] as { id: string }[])[0]?.id);
}

/** Makes a stored step unreadable, as a migration or an edit by hand may do, or readable again. */
async function setVersion(number: string, version: unknown): Promise<void> {
  await world.tables.client.send(
    new UpdateCommand({
      TableName: world.tables.outreachTable,
      Key: enrollmentKey({ leadId: await leadOf(number), automationId: 'welcome' }),
      UpdateExpression: 'SET version = :version',
      ExpressionAttributeValues: { ':version': version },
    }),
  );
}

test('B6 S7 a STOP from a number that is no lead (thrown away elsewhere) is recorded, listed, and binds a lead that gets the number later', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', leads: [] });
  const listed = await world.admin('GET', `/do-not-contact?number=${encodeURIComponent(number)}`);
  expect(listed.body).toContain(number);
  await dueLead(number);
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
});

test('B6 X5 the opt-out confirmation (blocked by its own gate elsewhere) passes the gate exactly once, also when the webhook and the stream come again, and carries no marketing', async () => {
  world.twilio.setOptOutHandling(false);
  await set({ keywordReplies: 'sendgate' });
  const number = await dueLead();
  await world.runCycle();
  const changes = await followStream(world.tables.consentTable);
  await changes.next();
  const { messageSid } = await world.text(number, 'STOP');
  await world.twilio.redeliver(messageSid);
  await world.runCycle();
  const replayed = (await changes.next()) as never[];
  expect(replayed.length).toBeGreaterThan(0);
  for (let times = 0; times < 2; times++) await world.handlers.changes({ Records: replayed });
  await world.twilio.redeliver(messageSid);
  await world.runCycle();
  await world.runCycle();
  const [, ...answers] = world.textsTo(number);
  expect(answers).toEqual([
    'Test Windows: you are opted out and will get no more texts. Reply START to opt in again.',
  ]);
  const [confirmation] = await texts(number);
  expect(confirmation).toMatchObject({ purpose: 'optOutReply' });
  expect(confirmation?.['trace']).toContainEqual({
    rule: 'optedOut',
    result: 'an opt-out may be confirmed once',
  });
  await set({ keywordReplies: 'carrier' });
  world.twilio.setOptOutHandling(true);
  // Twilio answers this STOP by itself, so sendgate must not answer, too.
  const other = newNumber();
  await world.text(other, 'STOP');
  await world.runCycle();
  expect(world.textsTo(other)).toEqual([]);
});

test('B6 H12 no way of the inbox or of leads leads around an opt-out (bypassed elsewhere)', async () => {
  const number = newNumber();
  await world.text(number, 'STOP');
  const answer = await world.admin('POST', path(number, 'messages'), { body: 'Come back!' }, '[agent]');
  expect(answer).toMatchObject({ status: 409, json: { code: 'optedOut' } });
  await world.admin('POST', '/leads', { number, automations: ['welcome'] }, '[agent]');
  await set({ requireSmsOptIn: false, doubleOptIn: 'perNumber' });
  await world.runCycle();
  await set({ requireSmsOptIn: true, doubleOptIn: 'off' });
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
});

test('S5 X3 H6 S6 an import, a CRM sync, a form without a checkbox and a replayed form (each revived people elsewhere) never revive an opt-out', async () => {
  const number = newNumber();
  const ticked = submission(number, { smsConsent: 'on' });
  await world.submit('quote', ticked);
  await world.admin('PATCH', '/crm/preferences', { enabled: true, product: 'classic' });
  await world.admin('POST', '/crm/mappings', { checkbox: 1, object: 'Prospect', field: 'SMS_Opt_In__c' });
  await world.text(number, 'STOP');
  await world.submit('quote', ticked);
  await dueLead(number);
  const phone = { i360__Home_Phone__c: number, SMS_Opt_In__c: true };
  world.salesforce.org.insert('i360__Prospect__c', phone, new Date());
  await world.runCrm(true);
  const body = `number,date,method,proof,wording\n${number},2026-05-01,on paper,scan 7,I agree.\n`;
  const imported = await world.call(world.handlers.admin, 'POST', '/imports', {
    body,
    headers: { 'content-type': 'text/csv' },
    claims: { sub: 'user-1', username: 'ada', 'cognito:groups': '[admin]' },
  });
  expect(imported.json).toMatchObject({ counts: { late: 1 } });
  await world.runCycle();
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
  expect((await eventsOf(number)).map(({ kind, effect }) => [kind, effect])).toEqual([
    ['explicitWeb', 'changed'],
    ['optOut', 'changed'],
    ['impliedForm', expect.stringMatching(/^(unchanged|late)$/)],
    ['crmAttested', expect.stringMatching(/^(unchanged|late)$/)],
    ['manualOptIn', 'late'],
  ]);
  expect(world.textsTo(number)).toEqual([]);
});

test('X5 one failing recipient never ends a run: of ten in a batch one cannot be read, one is refused by Twilio for good, one throws; seven get their text', async () => {
  await world.runCycle();
  const refused = '+17205550190';
  const [broken, throwing] = [newNumber(), newNumber()];
  const fine = Array.from({ length: 7 }, newNumber);
  for (const number of [broken, refused, throwing, ...fine]) await dueLead(number);
  await setVersion(broken, 'one');
  await world.enqueueDue();
  const records = (await takeRecords(world)).flat();
  expect(records).toHaveLength(10);
  const result = await runGate(
    world,
    {
      carrier: (real) => ({
        ...real,
        send: async (text) => {
          if (text.to === throwing) throw new Error('Thrown on purpose');
          return real.send(text);
        },
      }),
    },
    records,
  );
  expect(fine.map((number) => world.textsTo(number).length)).toEqual(fine.map(() => 1));
  expect(result.ended.map(({ outcome }) => outcome).toSorted()).toEqual([
    'rejected',
    ...fine.map(() => 'sent'),
  ]);
  // The two that went wrong by our own fault go back, and nobody else.
  const numberOf = (id: string) => records.find(({ messageId }) => messageId === id)?.content.number ?? '';
  expect(result.failed.map(({ messageId }) => numberOf(messageId)).toSorted()).toEqual(
    [broken, throwing].toSorted(),
  );
  await setVersion(broken, 1);
  passTime(601);
  await world.reconcile();
  await world.runCycle();
  for (const number of [broken, throwing, ...fine]) expect(world.textsTo(number)).toHaveLength(1);
});

test('X4 X5 one waiting text that nobody can read keeps nobody else asleep when a setting wakes all', async () => {
  const numbers = Array.from({ length: 20 }, newNumber);
  for (const number of numbers) await world.submit('quote', submission(number));
  await world.runCycle();
  const [broken = '', ...others] = numbers;
  await setVersion(broken, 'two');
  await set({ requireSmsOptIn: false });
  await world.runCycle();
  await set({ requireSmsOptIn: true });
  expect(others.map((number) => world.textsTo(number).length)).toEqual(others.map(() => 1));
  expect(world.textsTo(broken)).toEqual([]);
  await setVersion(broken, 2);
});

test('X5 one text in doubt that cannot be settled leaves no other in doubt', async () => {
  const numbers = Array.from({ length: 20 }, newNumber);
  for (const number of numbers) {
    await dueLead(number);
    world.twilio.setFault({ kind: 'timeoutBeforeAcceptance', to: number, times: 1 });
  }
  await world.runCycle();
  expect(numbers.flatMap(world.textsTo)).toEqual([]);
  const [broken = '', ...others] = numbers;
  const setRank = async (rank: unknown) =>
    world.tables.client.send(
      new UpdateCommand({
        TableName: world.tables.outreachTable,
        Key: messageKey(messageIdOf(await leadOf(broken), 'welcome', 0)),
        UpdateExpression: 'SET statusRank = :rank',
        ExpressionAttributeValues: { ':rank': rank },
      }),
    );
  await setRank('claimed');
  passTime(601);
  await expect(world.reconcile()).rejects.toThrow('Not everything could be reconciled');
  await world.runCycle();
  expect(others.map((number) => world.textsTo(number).length)).toEqual(others.map(() => 1));
  // Once it is repaired, it is settled like the others.
  await setRank(1);
  await world.reconcile();
  await world.runCycle();
  expect(world.textsTo(broken)).toHaveLength(1);
});

test('X5 B6 permanent errors (retried for 24 hours elsewhere) are tried once, and neither they nor a refused text are taken for an opt-out', async () => {
  const landline = await dueLead('+12065550190');
  const filtered = await dueLead('+12065550193');
  const busy = await dueLead();
  world.twilio.setFault({ kind: 'error', status: 500, to: busy, times: 1 });
  await world.runCycle();
  await world.twilio.settle();
  for (const seconds of [31, 3600, 86_400]) {
    passTime(seconds);
    // What carriers filtered holds the texts behind it, until one of them is delivered.
    await world.handlers.cycle({ sweep: true });
    await world.runCycle();
    await world.twilio.settle();
    await world.reconcile();
  }
  expect(await texts(landline)).toMatchObject([{ status: 'rejected', errorCode: 21614, attempt: 1 }]);
  expect(await texts(filtered)).toMatchObject([{ status: 'undelivered', errorCode: 30007, attempt: 1 }]);
  expect(await texts(busy)).toMatchObject([{ attempt: 2 }]);
  for (const number of [landline, filtered, busy]) {
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in', version: 1 });
  }
});

test('X9 the 21610 that Twilio answers (1,047 times in four days elsewhere) comes once: from then on the number is opted out here too', async () => {
  const number = await dueLead();
  world.twilio.block(number);
  await world.runCycle();
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out', carrierBlocked: true });
  await world.admin('POST', '/leads', { number, automations: ['welcome'] });
  await world.runCycle();
  const tried = (await texts(number)).filter(({ attempt }) => attempt !== undefined);
  expect(tried).toMatchObject([{ status: 'rejected', errorCode: 21610, attempt: 1 }]);
});

test.each([
  "I'm out of the office until Monday and will stop by my mail then.",
  'Auto-reply: I am driving and cannot text. I will end my drive soon.',
  'Stop by tomorrow at 3?',
  'weekend',
  'We need the outdoor unit',
])('B6 X7 "%s" (an opt-out elsewhere) opts nobody out', async (words) => {
  const number = await dueLead();
  await world.text(number, words);
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test.each(['Stop. Thank you', 'REVOKE', 'OPTOUT', 'Please stop', 'no me envíes más mensajes', 'ARRET'])(
  'B6 X7 "%s" (missed elsewhere) opts out, and START is the way back in',
  async (words) => {
    const number = await dueLead();
    await world.text(number, words);
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
    await world.runCycle();
    const greetings = () => world.textsTo(number).filter((text) => text.includes('thanks for asking'));
    expect(greetings()).toEqual([]);
    // Within fifteen minutes of an opt-out in own words the order of the two is in doubt (test/flow/drift.test.ts).
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 });
    await world.text(number, 'START');
    await world.runCycle();
    vi.useRealTimers();
    expect(greetings()).toHaveLength(1);
  },
);

test('S4 B6 texts that are queued when STOP comes (10 of 10 left elsewhere) do not leave, automations’ and agents’ alike', async () => {
  const numbers = Array.from({ length: 10 }, newNumber);
  for (const number of numbers) await dueLead(number);
  await world.enqueueDue();
  for (const number of numbers) {
    expect((await world.admin('POST', path(number, 'messages'), { body: 'Hi' })).status).toBe(202);
  }
  for (const number of numbers) await world.text(number, 'STOP');
  expect(await world.drainLanes()).toBeGreaterThanOrEqual(20);
  expect(numbers.flatMap(world.textsTo)).toEqual([]);
});

test('X5 a crash half-way through a run (500 of 1,000 came twice elsewhere): each text is sent once, at any step it had reached', async () => {
  const numbers = Array.from({ length: 40 }, newNumber);
  for (const number of numbers) await dueLead(number);
  world.twilio.setFault({ kind: 'callbacks', mode: 'missing' });
  await world.enqueueDue();
  const batches = await takeRecords(world);
  let [handedOver, written] = [0, 0];
  const died = () => new Error('The process ended here');
  const faulty = {
    // The worker of the last ten dies between the claim and Twilio.
    carrier: (real: Parameters<NonNullable<Parameters<typeof runGate>[1]['carrier']>>[0]) => ({
      ...real,
      send: async (text: Parameters<typeof real.send>[0]) => {
        if (++handedOver > 20) throw died();
        return real.send(text);
      },
    }),
    // The worker of the second ten dies after Twilio accepted them, before it has written the answers.
    messages: (real: Parameters<NonNullable<Parameters<typeof runGate>[1]['messages']>>[0]) => ({
      ...real,
      applyNews: async (...news: Parameters<typeof real.applyNews>) => {
        if (++written > 10) throw died();
        return real.applyNews(...news);
      },
    }),
  };
  // Three of the four batches are begun, and none is acknowledged.
  for (const batch of batches.slice(0, 3)) await runGate(world, faulty, batch);
  expect(numbers.flatMap(world.textsTo)).toHaveLength(20);
  // After the restart the queue delivers everything again, and cycles and reconcile go on.
  for (const batch of batches) await runGate(world, {}, batch);
  await world.runCycle();
  passTime(601);
  await world.reconcile();
  await world.runCycle();
  await world.reconcile();
  expect(numbers.map((number) => world.textsTo(number).length)).toEqual(numbers.map(() => 1));
  for (const number of numbers) {
    const [text] = await texts(number);
    expect(text?.['sid']).toMatch(/^SM/);
  }
});

test('B2 T3 a changed number does not keep the status of the old one (it did elsewhere), neither opted in nor opted out', async () => {
  const [optedIn, optedOut] = [await dueLead(), await dueLead()];
  await world.text(optedOut, 'STOP');
  for (const before of [optedIn, optedOut]) {
    const after = newNumber();
    const changed = await world.admin('PATCH', `/leads/${await leadOf(before)}`, { number: after });
    expect(changed.json).toMatchObject({ consent: { status: 'none', smsOptedIn: false } });
    await world.runCycle();
    expect([before, after].flatMap(world.textsTo)).toEqual([]);
  }
  expect(await consentOf(world, optedOut)).toMatchObject({ status: 'opted_out' });
});

test('B6 X5 a webhook with the right account id and a forged signature (taken elsewhere) is refused, and so is a signed one that was altered', async () => {
  const number = newNumber();
  const baseUrl = process.env[ENV.publicBaseUrl];
  const fields = {
    AccountSid: `AC${'0'.repeat(32)}`,
    MessageSid: `SM${'1'.repeat(32)}`,
    From: number,
    To: SENDER,
    Body: 'START',
  };
  const post = (signature: string, given: Record<string, string> = fields) =>
    world.call(world.handlers.inbound, 'POST', '/twilio/inbound', {
      body: new URLSearchParams(given).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(signature && { 'x-twilio-signature': signature }),
      },
    });
  const signed = Object.entries(fields).toSorted();
  const text = signed.reduce(
    (whole, [name, value]) => `${whole}${name}${value}`,
    `${baseUrl}/twilio/inbound`,
  );
  const valid = createHmac('sha1', 'local-auth-token').update(text).digest('base64');
  for (const signature of ['', 'Zm9yZ2Vk', fields.AccountSid]) {
    expect(await post(signature)).toMatchObject({ status: 403 });
  }
  expect(await post(valid, { ...fields, From: newNumber() })).toMatchObject({ status: 403 });
  expect(await post(valid, { ...fields, Body: 'UNSTOP' })).toMatchObject({ status: 403 });
  expect(await consentOf(world, number)).toMatchObject({ status: 'none', version: 0 });
  expect(await post(valid)).toMatchObject({ status: 200 });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
});

test('X6 no text at 4:40 in the morning (there was one elsewhere), wherever the organization is: it leaves when the window opens', async () => {
  await set({ quietHours: 'enforced', timeZone: 'America/New_York' });
  // It is 4:40 in Los Angeles and 7:40 in New York; later 8:40 and 11:40.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2027-06-03T11:40:00.000Z') });
  const number = '+14155550195';
  await world.submit('contact', submission(number, { zip: '94103' }));
  for (const at of ['11:40', '13:00', '15:59']) {
    vi.setSystemTime(new Date(`2027-06-03T${at}:00.000Z`));
    await world.runCycle();
    expect(world.textsTo(number)).toEqual([]);
  }
  const why = await world.admin('GET', path(number, 'why?automation=welcome'));
  expect(why.json['decision']).toMatchObject({ kind: 'defer', until: '2027-06-03T16:00:00.000Z' });
  vi.setSystemTime(new Date('2027-06-03T16:00:00.000Z'));
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  vi.useRealTimers();
  await set({ quietHours: 'offForTesting', timeZone: 'America/Chicago' });
});

test('X6 hours cannot wrap at midnight (they did elsewhere): such a window is refused, and around midnight nothing leaves', async () => {
  const wraps = await world.admin('PATCH', '/settings', { sendingHours: { from: '20:00', to: '08:30' } });
  expect(wraps).toMatchObject({ status: 422, body: expect.stringContaining('cannot pass midnight') });
  await set({ quietHours: 'enforced', sendingHours: { from: '09:00', to: '24:00' } });
  const number = '+13035550195';
  // Midnight in Denver is 6:00 UTC. By law texts end at 21:00, even where an organization's setting is later.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2027-06-03T05:59:00.000Z') });
  await world.submit('contact', submission(number));
  for (const at of ['2027-06-03T05:59:59.999Z', '2027-06-03T06:00:00.000Z', '2027-06-03T06:01:00.000Z']) {
    vi.setSystemTime(new Date(at));
    await world.runCycle();
    const why = await world.admin('GET', path(number, 'why?automation=welcome'));
    expect(why.json['decision']).toMatchObject({ kind: 'defer', until: '2027-06-03T15:00:00.000Z' });
  }
  expect(world.textsTo(number)).toEqual([]);
  vi.useRealTimers();
  await set({ quietHours: 'offForTesting', sendingHours: { from: '09:00', to: '20:00' } });
});

test('X2 S6 the evidence has every field that a carrier’s registration asks for (proof too thin was rejected three times elsewhere)', async () => {
  const number = newNumber();
  await putForm(world, {
    id: 'evident',
    fields: { pageUrl: 'page' },
    checkboxes: [{ number: 1, field: 'smsConsent', wordsShown: CHECKBOX_WORDS }],
  });
  const sent = submission(number, { smsConsent: 'on', page: 'https://windows.example/quote' });
  const headers = { 'user-agent': 'Mozilla/5.0 (a phone)' };
  const answer = await world.submit('evident', sent, 'application/json', { headers });
  await world.runCycle();
  await world.text(number, 'STOP');
  const back = await world.text(number, 'START');
  const paper = {
    method: 'on paper',
    date: '2026-05-01',
    proof: 'scan 7 in the file share',
    wording: CHECKBOX_WORDS,
  };
  const onPaper = newNumber();
  await world.admin('POST', path(onPaper, 'opt-in'), paper);
  const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const always = {
    number,
    occurredAt: moment,
    recordedAt: moment,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  };
  const { json } = await world.admin('GET', path(number, 'certificate'));
  expect(json).toMatchObject({
    organization: 'Test Windows',
    verification: { holds: true },
    events: [
      {
        ...always,
        kind: 'explicitWeb',
        evidence: {
          source: 'form',
          formId: 'evident',
          submissionId: answer.json['submissionId'],
          checkbox: 1,
          wordsShown: CHECKBOX_WORDS,
          wordsVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
          pageUrl: 'https://windows.example/quote',
          ip: '203.0.113.9',
          userAgent: 'Mozilla/5.0 (a phone)',
        },
      },
      {
        ...always,
        kind: 'optOut',
        evidence: { source: 'handset', wordsSent: 'STOP', word: 'STOP', to: SENDER },
      },
      {
        ...always,
        kind: 'handsetStart',
        evidence: { source: 'handset', messageSid: back.messageSid, wordsSent: 'START', to: SENDER },
      },
    ],
  });
  // The certificate shows each text with its words, its footer and the consent that it was sent under.
  const own = (json['texts'] as Record<string, unknown>[]).find(({ direction }) => direction === 'outbound');
  expect(own).toMatchObject({
    body: expect.stringContaining(FOOTER),
    consentVersion: 1,
    consentStatus: 'opted_in',
  });
  expect(await eventsOf(onPaper)).toMatchObject([
    {
      occurredAt: '2026-05-01T00:00:00.000Z',
      evidence: {
        source: 'manual',
        actor: 'ada',
        method: paper.method,
        proof: paper.proof,
        wordsShown: CHECKBOX_WORDS,
      },
    },
  ]);
});
