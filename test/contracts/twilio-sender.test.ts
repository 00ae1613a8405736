import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwilioStandIn, type TwilioStandIn } from '../../infra/local/twilio/stand-in.ts';
import type { LoggedText } from '../../lib/drift/text-log.ts';
import { createTwilioTextLog } from '../../lib/drift/twilio-text-log.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { createTwilioSenderAccount } from '../../lib/sender/twilio-sender-account.ts';

const credentials = {
  accountSid: `AC${'a'.repeat(32)}`,
  apiKeySid: `SK${'b'.repeat(32)}`,
  apiKeySecret: 'secret',
};
const HERE = 'https://texts.example/twilio/inbound';
const [FIRST, SECOND, OTHERS] = ['+13035550110', '+13035550111', '+13035550112'];

let twilio: TwilioStandIn;
let service: string;
beforeAll(async () => {
  twilio = await startTwilioStandIn({ ...credentials, authToken: 'token', statusDelayMilliseconds: 1 });
  service = twilio.senders.addService([FIRST, SECOND], { campaignStatuses: ['IN_PROGRESS'] }).sid;
  twilio.senders.addNumber(OTHERS);
});
afterAll(() => twilio.close());
const options = (sender: string) => ({ credentials, sender, baseUrl: twilio.url });

test('S9 a messaging service is read with each of its numbers, and changed', async () => {
  const account = createTwilioSenderAccount(options(service));
  expect(await account.setup()).toMatchObject({
    sender: service,
    service: { sid: service, usesNumbersWebhooks: false, inbound: { url: undefined, method: 'POST' } },
    numbers: [{ number: FIRST, canText: true }, { number: SECOND }],
  });
  const target = { kind: 'service', sid: service } as const;
  await account.change(target, {
    inboundUrl: HERE,
    fallbackUrl: HERE,
    fallbackMethod: 'GET',
    statusCallback: HERE,
  });
  expect((await account.setup()).service).toMatchObject({
    inbound: { url: HERE, method: 'POST' },
    fallback: { url: HERE, method: 'GET' },
    statusCallback: HERE,
  });
  expect(await account.campaignStatuses(service)).toEqual(['IN_PROGRESS']);
});

test('S9 a sender that the account does not have is missing, and what the description forbids is refused', async () => {
  const nobody = `MG${'9'.repeat(32)}`;
  expect(await createTwilioSenderAccount(options(nobody)).setup()).toEqual({
    sender: nobody,
    service: undefined,
    numbers: [],
  });
  const account = createTwilioSenderAccount(options('+13035550199'));
  expect(await account.setup()).toMatchObject({ service: undefined, numbers: [] });
  const wrong = account.change({ kind: 'service', sid: service }, { inboundUrl: 'not an address' });
  await expect(wrong).rejects.toMatchObject({ status: 400 });
});

async function everything(sender: string, from: string): Promise<LoggedText[]> {
  const log = createTwilioTextLog(options(sender));
  const texts: LoggedText[] = [];
  let cursor: string | undefined;
  do {
    const page = await log.page(from, cursor);
    texts.push(...page.texts);
    cursor = page.next;
  } while (cursor);
  return texts;
}

test("X11 the log has every text of our sender, page after page, and nobody else's", async () => {
  const from = new Date(Date.now() - 60_000).toISOString();
  twilio.setFault({ kind: 'webhookLost' });
  const person = '+13035550120';
  const sids = new Set<string>();
  for (let count = 0; count < 230; count++) {
    const to = count % 2 === 0 ? FIRST : SECOND;
    sids.add((await twilio.inbound({ from: person, to, body: `Text ${count}` })).messageSid);
  }
  await twilio.inbound({ from: person, to: OTHERS, body: 'Not for us' });
  // Twilio answers a STOP by itself: that answer is no text of ours.
  sids.add((await twilio.inbound({ from: person, to: FIRST, body: 'STOP' })).messageSid);
  const text = { to: '+13035550121', body: 'Hello', statusCallback: 'https://texts.example/status' };
  const sent = await createTwilioCarrier(options(service)).send(text);
  if (sent.kind === 'accepted') sids.add(sent.sid);
  await createTwilioCarrier(options(OTHERS)).send(text);
  const ours = await everything(service, from);
  expect(new Set(ours.map(({ sid }) => sid))).toEqual(sids);
  expect(ours).toHaveLength(232);
  expect(ours.find(({ direction }) => direction === 'outbound')).toMatchObject({
    number: '+13035550121',
    sender: service,
  });
  expect((await everything(OTHERS, from)).map(({ body, direction }) => [body, direction])).toEqual([
    ['Not for us', 'inbound'],
    ['Hello', 'outbound'],
  ]);
  expect(await everything(service, new Date(Date.now() + 60_000).toISOString())).toEqual([]);
  const log = createTwilioTextLog(options(service));
  expect(await log.has([...sids][0] ?? '')).toBe(true);
  expect(await log.has(`SM${'0'.repeat(32)}`)).toBe(false);
});
