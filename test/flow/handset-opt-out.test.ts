import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, SENDER, type World } from './world.ts';

const OWN_WORDS = 'please stop texting me';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  const steps = [{ delay: 'PT0S', template: 'Hi, thanks for asking.' }];
  const greeting = { id: 'greeting', kind: 'newProspect', name: 'greeting', stopOnReply: false, steps };
  await world.admin('PUT', '/automations/greeting', greeting);
  await world.admin('PUT', '/forms/follow', {
    id: 'follow',
    name: 'follow',
    disclaimer: 'You agree to texts.',
    automations: ['greeting'],
  });
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

const path = (number: string) => `/numbers/${encodeURIComponent(number)}`;

/** Moves the clock. It is never put back for good: a cycle takes nothing that was due before its mark. */
function passTime(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
}

async function reviewOf(number: string): Promise<unknown> {
  const { json } = await world.admin('GET', `${path(number)}/conversation`);
  return (json['conversation'] as Record<string, unknown>)['review'];
}

async function verified(number: string): Promise<unknown> {
  return (await world.admin('GET', `${path(number)}/consent/events`)).json['verified'];
}

test('S5 a bare YES after an opt-out in own words, or by an agent, is conversation that waits for a person; no text leaves', async () => {
  const [inWords, byAgent] = [newNumber(), newNumber()];
  for (const number of [inWords, byAgent]) {
    await world.submit('follow', submission(number));
    await world.text(number, 'START');
  }
  await world.text(inWords, OWN_WORDS);
  await world.admin('POST', `${path(byAgent)}/opt-out`);
  for (const number of [inWords, byAgent]) {
    for (const words of ['Yes', 'YES', 'yes.']) await world.text(number, words);
    // With Advanced Opt-Out Twilio marks every Yes as START.
    await world.twilio.inbound({ from: number, to: SENDER, body: 'Yes', more: { OptOutType: 'START' } });
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
    expect(await reviewOf(number)).toMatchObject({ rule: 'yes-after-opt-out' });
    await world.runCycle();
    expect(world.textsTo(number).filter((text) => text.includes('thanks for asking'))).toEqual([]);
    passTime(901);
    await world.text(number, 'START');
    expect(await reviewOf(number)).toBeUndefined();
    await world.runCycle();
    expect(world.textsTo(number).at(-1)).toContain('thanks for asking');
    expect(await verified(number)).toBe(true);
  }
});

test('S5 a YES is START while a request for START is open, for as long as the settings say, and conversation after', async () => {
  await world.admin('PATCH', '/settings', { doubleOptIn: 'perNumber', optInRequestAgeHours: 48 });
  const [young, old] = [newNumber(), newNumber()];
  for (const number of [young, old]) await world.submit('contact', submission(number));
  await world.runCycle();
  await world.admin('PATCH', '/settings', { optInRequestAgeHours: 1 });
  passTime(47 * 3600);
  await world.text(young, 'Yes');
  expect(await consentOf(world, young)).toMatchObject({ optInRequest: 'accepted' });
  passTime(2 * 3600);
  await world.text(old, 'Yes');
  expect(await consentOf(world, old)).toMatchObject({ optInRequest: 'sent' });
  await world.runCycle();
  expect(world.textsTo(young)).toHaveLength(2);
  expect(world.textsTo(old)).toHaveLength(1);
  const shown = await world.admin('GET', `${path(old)}/consent`);
  expect(shown.json['optInRequestPeriod']).toMatchObject({ sentAt: expect.any(String) });
  // A later text may ask again; the START that comes then counts.
  await world.admin('POST', `${path(old)}/messages`, { body: 'Hi, Ada here.' }, '[agent]');
  await world.runCycle();
  expect(world.textsTo(old)).toHaveLength(2);
  await world.text(old, 'YES');
  expect(await consentOf(world, old)).toMatchObject({ optInRequest: 'accepted' });
  expect(await verified(old)).toBe(true);
  await world.admin('PATCH', '/settings', { doubleOptIn: 'off', optInRequestAgeHours: 72 });
});

test('S5 B7 after an opt-out by text a ticked box and a documented consent lift nothing, and say to text START; START lifts it', async () => {
  for (const words of [OWN_WORDS, 'STOP']) {
    const number = newNumber();
    await world.text(number, words);
    const ticked = await world.submit('quote', submission(number, { smsConsent: true }));
    expect(ticked.json['consent']).toMatchObject({
      recorded: false,
      next: expect.stringContaining(`Text START to ${SENDER}`),
    });
    passTime(86_400);
    const entry = await world.admin('POST', `${path(number)}/opt-in`, {
      method: 'by phone',
      date: new Date(Date.now() - 3_600_000).toISOString(),
      proof: 'recording 7',
      wording: 'You agree to texts.',
    });
    expect(entry.json).toMatchObject({ sentence: expect.stringContaining('text START') });
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
    await world.runCycle();
    expect(world.textsTo(number).filter((text) => text.includes('thanks for asking'))).toEqual([]);
    await world.text(number, 'START');
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
    await world.runCycle();
    expect(world.textsTo(number).at(-1)).toContain('thanks for asking');
    expect(await verified(number)).toBe(true);
  }
});

test('B7 with the setting reOptIn `web` a ticked box lifts an opt-out by text, and replays so when the setting is changed back', async () => {
  const number = newNumber();
  await world.text(number, OWN_WORDS);
  await world.admin('PATCH', '/settings', { reOptIn: 'web' });
  const ticked = await world.submit('quote', submission(number, { smsConsent: true }));
  expect(ticked.json['consent']).toMatchObject({ recorded: true });
  await world.admin('PATCH', '/settings', { reOptIn: 'handset' });
  expect(await consentOf(world, number)).toMatchObject({ status: 'opted_in' });
  expect(await verified(number)).toBe(true);
});

test('X3 S4 a STOP from a worker whose clock is behind the one that recorded the START counts, and so does an agent’s opt-out', async () => {
  for (const stop of ['STOP', OWN_WORDS, '']) {
    const number = newNumber();
    passTime(120);
    await world.text(number, 'START');
    passTime(-120);
    if (stop === '') await world.admin('POST', `${path(number)}/opt-out`);
    else await world.text(number, stop);
    expect(await consentOf(world, number)).toMatchObject({ status: 'opted_out' });
    const { json } = await world.admin('GET', `${path(number)}/consent/events`);
    const times = (json['events'] as { occurredAt: string }[]).map(({ occurredAt }) => occurredAt);
    expect(times).toEqual(times.toSorted());
    expect(json['verified']).toBe(true);
  }
});

test('B6 the one answer to an opt-out leaves within five minutes of it or never, however late the stream is followed', async () => {
  const [prompt, late] = [newNumber(), newNumber()];
  await world.text(prompt, OWN_WORDS);
  passTime(200);
  await world.runCycle();
  expect(world.textsTo(prompt)).toEqual([expect.stringContaining('you are opted out')]);
  await world.text(late, OWN_WORDS);
  passTime(7200);
  await world.runCycle();
  expect(world.textsTo(late)).toEqual([]);
  const { json } = await world.admin('GET', `${path(late)}/messages`);
  expect(json['messages']).toContainEqual(expect.objectContaining({ status: 'dropped', reason: 'tooOld' }));
});

test('C3 C4 per lead, START after STOP opens every lead of the number again, for automations and agents', async () => {
  await world.admin('PATCH', '/settings', { doubleOptIn: 'perLead' });
  const number = newNumber();
  await world.submit('contact', submission(number));
  await world.runCycle();
  await world.text(number, 'START');
  await world.text(number, 'STOP');
  await world.text(number, 'START');
  const { json } = await world.admin('GET', `/leads?number=${encodeURIComponent(number)}`);
  const [lead] = json['leads'] as { id: string }[];
  const consent = await consentOf(world, number);
  expect(consent).toMatchObject({ status: 'opted_in', leadOptInRequests: { [lead?.id ?? '']: 'accepted' } });
  const body = { body: 'Hi, Ada here.', leadId: lead?.id };
  const sent = await world.admin('POST', `${path(number)}/messages`, body, '[agent]');
  expect(sent.json).toMatchObject({ status: 'queued' });
  await world.admin('PATCH', '/settings', { doubleOptIn: 'off' });
});

test('X7 H10 START settles a doubtful text as STOP does, and what waited for a person leaves', async () => {
  const number = newNumber();
  await world.submit('follow', submission(number));
  await world.text(number, 'Wrong number, sorry');
  await world.runCycle();
  expect(world.textsTo(number)).toEqual([]);
  await world.text(number, 'START');
  expect(await reviewOf(number)).toBeUndefined();
  await world.runCycle();
  expect(world.textsTo(number)).toHaveLength(1);
  // The same text once more decides nothing that came after it.
  const sid = world.twilio.messages().findLast(({ body }) => body === 'START')?.sid ?? '';
  await world.text(number, 'Wrong number, sorry');
  await world.twilio.redeliver(sid);
  expect(await reviewOf(number)).toBeDefined();
});

test('X3 X1 the answer to a form says what was recorded: late news, a kept opt-in and a No in doubt included', async () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  const stopped = newNumber();
  await world.text(stopped, OWN_WORDS);
  const late = await world.submit('quote', submission(stopped, { smsConsent: true, submittedAt: ago(300) }));
  expect(late.json['consent']).toMatchObject({ recorded: false });
  const implied = await world.submit('contact', submission(stopped));
  expect(implied.json['consent']).toMatchObject({ recorded: false });
  await world.admin('PUT', '/forms/asks', { id: 'asks', name: 'asks', optInQuestion: { required: true } });
  for (const [age, optedOut] of [
    [300, true],
    [7200, undefined],
  ] as const) {
    const started = newNumber();
    await world.text(started, 'START');
    const answers = { sms_opt_in: 'no', sms_opt_in_phone: started, submittedAt: ago(age) };
    const no = await world.submit('asks', answers);
    expect((no.json['consent'] as Record<string, unknown>)['optedOut']).toBe(optedOut);
    expect(await consentOf(world, started)).toMatchObject({ status: optedOut ? 'opted_out' : 'opted_in' });
  }
});

test('X3 the same submission twice has the same answer', async () => {
  const number = newNumber();
  const given = submission(number, { smsConsent: true });
  const first = await world.submit('quote', given);
  expect(first.json['consent']).toMatchObject({ recorded: true });
  expect((await world.submit('quote', given)).json).toEqual(first.json);
});
