import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwilioStandIn, type TwilioStandIn } from '../../infra/local/twilio/stand-in.ts';
import type { CarrierList, Notice } from '../../lib/sender/carrier-list.ts';
import { createTwilioCarrierList } from '../../lib/sender/twilio-carrier-list.ts';

const credentials = {
  accountSid: `AC${'a'.repeat(32)}`,
  apiKeySid: `SK${'b'.repeat(32)}`,
  apiKeySecret: 'secret',
};
const sender = `MG${'c'.repeat(32)}`;

let twilio: TwilioStandIn;
let list: CarrierList;
beforeAll(async () => {
  twilio = await startTwilioStandIn({ ...credentials, authToken: 'token' });
  list = createTwilioCarrierList({ credentials, sender, baseUrl: twilio.url });
});
afterAll(() => twilio.close());

const notice = (number: string, more: Partial<Notice> = {}): Notice => ({
  number,
  status: 'opt-out',
  source: 'website',
  dateOfConsent: '2026-11-20T15:04:10.000Z',
  correlationId: `${number.slice(-4)}`.padStart(32, '0'),
  because: 1,
  ...more,
});

test('X9 the real client tells 25 consents in one call, and hears of each that is refused', async () => {
  const numbers = Array.from({ length: 25 }, (_, index) => `+1303555${String(173 + index).padStart(4, '0')}`);
  const refused = await list.syncConsents(numbers.map((number) => notice(number)));
  expect([...refused]).toEqual(['0197'.padStart(32, '0')]);
  expect(numbers.filter((number) => twilio.isBlocked(number, sender))).toHaveLength(24);
  await list.syncConsents([notice('+13035550173', { status: 'opt-in' })]);
  expect(twilio.isBlocked('+13035550173', sender)).toBe(false);
});

test('X9 more than Twilio takes in one call, and an unanswered one, are thrown', async () => {
  const many = Array.from({ length: 26 }, () => notice('+13035550101'));
  await expect(list.syncConsents(many)).rejects.toMatchObject({ status: 400 });
  twilio.setFault({ kind: 'error', status: 503, times: 1 });
  await expect(list.syncConsents([notice('+13035550101')])).rejects.toMatchObject({ status: 503 });
});
