import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTwilioStandIn, type TwilioStandIn } from '../../infra/local/twilio/stand-in.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { isSignedByTwilio } from '../../lib/messaging/twilio-signature.ts';

const credentials = {
  accountSid: `AC${'a'.repeat(32)}`,
  apiKeySid: `SK${'b'.repeat(32)}`,
  apiKeySecret: 'secret',
};
const SENDER = '+13035550100';
const text = (to: string) => ({ to, body: 'Hello', statusCallback: 'https://texts.example.com/status' });

let twilio: TwilioStandIn;
let carrier: Carrier;
beforeAll(async () => {
  twilio = await startTwilioStandIn({ ...credentials, authToken: 'token', statusDelayMilliseconds: 1 });
  carrier = createTwilioCarrier({
    credentials,
    sender: SENDER,
    baseUrl: twilio.url,
    timeoutMilliseconds: 500,
  });
});
afterEach(() => twilio.clearFaults());
afterAll(() => twilio.close());

/** Posts a request that no client library would make. */
async function post(
  fields: Record<string, string>,
  authorized = true,
): Promise<{ status: number; code: number; message: string }> {
  const key = Buffer.from(`${credentials.apiKeySid}:${authorized ? credentials.apiKeySecret : 'wrong'}`);
  const answer = await fetch(`${twilio.url}/2010-04-01/Accounts/${credentials.accountSid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${key.toString('base64')}` },
    body: new URLSearchParams(fields),
  });
  return { status: answer.status, ...((await answer.json()) as { code: number; message: string }) };
}

test('the real client hands a text over and finds it again', async () => {
  const since = new Date().toISOString();
  const result = await carrier.send(text('+13035550101'));
  expect(result).toMatchObject({
    kind: 'accepted',
    status: 'queued',
    sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
  });
  const found = await carrier.find({ to: '+13035550101', body: 'Hello', since });
  expect(found).toHaveLength(1);
  expect(result).toMatchObject({ sid: found[0]?.sid });
  expect(await carrier.find({ to: '+13035550101', body: 'Other words', since })).toEqual([]);
  const later = new Date(Date.now() + 60_000).toISOString();
  expect(await carrier.find({ to: '+13035550101', body: 'Hello', since: later })).toEqual([]);
});

test('a messaging service is a sender too', async () => {
  const service = createTwilioCarrier({ credentials, sender: `MG${'c'.repeat(32)}`, baseUrl: twilio.url });
  expect(await service.send(text('+13035550102'))).toMatchObject({ kind: 'accepted', status: 'accepted' });
});

test.each([
  ['a number that cannot exist', { to: '+1' }, 21211],
  ['a landline', { to: '+13035550190' }, 21614],
  ['a body that is too long', { body: 'x'.repeat(1601) }, 21617],
  ['an empty body', { body: '' }, 21602],
])('%s is refused for good with its code', async (_, change, code) => {
  expect(await carrier.send({ ...text('+13035550103'), ...change })).toEqual({ kind: 'rejected', code });
});

test('a number that texted STOP is refused with 21610 until it texts START', async () => {
  const number = '+13035550104';
  twilio.block(number);
  expect(await carrier.send(text(number))).toEqual({ kind: 'rejected', code: 21610 });
});

test('a wrong key creates nothing, nor does Twilio being busy or broken', async () => {
  const other = createTwilioCarrier({
    credentials: { ...credentials, apiKeySecret: 'wrong' },
    sender: SENDER,
    baseUrl: twilio.url,
  });
  expect(await other.send(text('+13035550105'))).toEqual({ kind: 'senderRefused', code: 20003 });
  for (const status of [429, 500, 503] as const) {
    twilio.setFault({ kind: 'error', status, times: 1 });
    expect(await carrier.send(text('+13035550105'))).toMatchObject({ kind: 'notAccepted' });
  }
  const since = new Date(0).toISOString();
  expect(await carrier.find({ to: '+13035550105', body: 'Hello', since })).toEqual([]);
});

test.each([
  [400, 21704, 'senderRefused', 21704],
  [400, 21408, 'senderRefused', 21408],
  [403, 20005, 'senderRefused', 20005],
  [404, 20404, 'senderRefused', 20404],
  [402, null, 'senderRefused', 402],
  [400, 21999, 'senderRefused', 21999],
  [422, null, 'senderRefused', 422],
  [400, 21611, 'notAccepted', 21611],
  [503, 21704, 'notAccepted', 21704],
  [400, 21211, 'rejected', 21211],
  [400, 21610, 'rejected', 21610],
  [400, 21617, 'rejected', 21617],
] as const)(
  'X16 the answer %d with code %s is %s: only what speaks of recipient or words ends a text',
  async (status, code, kind, says) => {
    twilio.setFault({ kind: 'refused', status, code, times: 1 });
    expect(await carrier.send(text('+13035550112'))).toEqual({ kind, code: says });
  },
);

test('a connection that never stood is not accepted; one that broke after the request is in doubt', async () => {
  const nobody = createTwilioCarrier({ credentials, sender: SENDER, baseUrl: 'http://127.0.0.1:1' });
  expect(await nobody.send(text('+13035550106'))).toEqual({ kind: 'notAccepted', code: null });
  const since = new Date().toISOString();
  twilio.setFault({ kind: 'timeoutAfterAcceptance', times: 1 });
  expect(await carrier.send(text('+13035550106'))).toEqual({ kind: 'unknown' });
  expect(await carrier.find({ to: '+13035550106', body: 'Hello', since })).toHaveLength(1);
  twilio.setFault({ kind: 'slow', milliseconds: 800, times: 1 });
  expect(await carrier.send(text('+13035550107'))).toEqual({ kind: 'unknown' });
});

test('a connection that is open at one end only is told apart from a request in doubt', async () => {
  // The server accepts connections and never answers: a TLS handshake does not end, and a plain request is read.
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const at = (scheme: string) =>
    createTwilioCarrier({
      credentials,
      sender: SENDER,
      baseUrl: `${scheme}://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      timeoutMilliseconds: 200,
    });
  expect(await at('https').send(text('+13035550111'))).toEqual({ kind: 'notAccepted', code: null });
  expect(await at('http').send(text('+13035550111'))).toEqual({ kind: 'unknown' });
  silent.close();
});

test.each([
  ['a parameter that is not there', { Bodi: 'x' }, 'Bodi must NOT have additional properties'],
  ['a malformed messaging service', { MessagingServiceSid: 'MG1' }, 'MessagingServiceSid'],
  ['a callback that is no address', { StatusCallback: 'not an address' }, 'StatusCallback'],
  ['words where a number belongs', { ValidityPeriod: 'soon' }, 'ValidityPeriod'],
  ['a value that is not offered', { RiskCheck: 'maybe' }, 'RiskCheck'],
])("the stand-in refuses what Twilio's description refuses: %s", async (_, change, says) => {
  const answer = await post({ To: '+13035550108', From: SENDER, Body: 'Hello', ...change } as Record<
    string,
    string
  >);
  expect(answer.status).toBe(400);
  expect(answer.message).toContain(says);
});

test('the stand-in answers as Twilio does to a missing number, sender or key', async () => {
  expect(await post({ From: SENDER, Body: 'x' })).toMatchObject({ status: 400, code: 21604 });
  expect(await post({ To: '+13035550109', Body: 'x' })).toMatchObject({ status: 400, code: 21603 });
  expect(await post({ To: '+13035550109' }, false)).toMatchObject({ status: 401, code: 20003 });
});

/** The worked example of Twilio's documentation of webhook security. */
const EXAMPLE = {
  authToken: '12345',
  signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
  parameters: {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  },
};

test("Twilio's own example of a signature holds, and nothing near it does", () => {
  expect(isSignedByTwilio(EXAMPLE)).toBe(true);
  const forgeries: Partial<typeof EXAMPLE>[] = [
    { authToken: '' },
    { authToken: '12346' },
    { signature: '' },
    { signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B9=' },
    { signature: 'x' },
    { url: 'http://mycompany.com/myapp.php?foo=1&bar=2' },
    { url: 'https://mycompany.com/myapp.php?bar=2&foo=1' },
    { url: 'https://mycompany.com/prod/myapp.php?foo=1&bar=2' },
    { url: '/myapp.php?foo=1&bar=2' },
    { parameters: { ...EXAMPLE.parameters, Digits: '12345' } },
    { parameters: { ...EXAMPLE.parameters, More: '' } as never },
    { parameters: { ...EXAMPLE.parameters, From: ' +14158675309' } },
  ];
  for (const forgery of forgeries) expect(isSignedByTwilio({ ...EXAMPLE, ...forgery })).toBe(false);
  expect(isSignedByTwilio({ ...EXAMPLE, signature: undefined })).toBe(false);
});
