import { describe, expect, it } from 'vitest';
import { checkSender, repairsFor } from '../../../lib/sender/check-sender.ts';
import { isTollFree, type NumberSetup, type ServiceSetup } from '../../../lib/sender/sender.ts';
import { a2pVerificationOf } from '../../../lib/sender/verification.ts';

const OURS = {
  inbound: 'https://texts.example/twilio/inbound',
  status: 'https://texts.example/twilio/status',
};
const here = { url: OURS.inbound, method: 'POST' };
const nowhere = { url: undefined, method: 'POST' };
const MG = `MG${'1'.repeat(32)}`;
const number = (last: number, more: Partial<NumberSetup> = {}): NumberSetup => ({
  sid: `PN${last}`,
  number: `+1303555010${last}`,
  canText: true,
  applicationSid: undefined,
  inbound: here,
  fallback: here,
  ...more,
});
const service = (more: Partial<ServiceSetup> = {}): ServiceSetup => ({
  sid: MG,
  statusCallback: OURS.status,
  usesNumbersWebhooks: false,
  inbound: here,
  fallback: here,
  ...more,
});
const codesOf = (setup: Parameters<typeof checkSender>[0]) =>
  checkSender(setup, OURS).map(({ code }) => code);

describe('S9 a messaging service', () => {
  it('is right when its own addresses are ours, even where its numbers have others', () => {
    const astray = number(1, { inbound: nowhere });
    expect(checkSender({ sender: MG, service: service(), numbers: [astray] }, OURS)).toEqual([]);
  });

  it('that leaves texts to its numbers is as right as each of them, and repair touches only the wrong ones', () => {
    const setup = {
      sender: MG,
      service: service({ usesNumbersWebhooks: true, inbound: nowhere }),
      numbers: [number(1), number(2, { inbound: nowhere }), number(3)],
    };
    const findings = checkSender(setup, OURS);
    expect(findings).toMatchObject([{ code: 'inboundElsewhere', subject: '+13035550102' }]);
    expect(repairsFor(findings)).toEqual([
      { target: { kind: 'number', sid: 'PN2' }, change: { inboundUrl: OURS.inbound } },
    ]);
  });

  it('is found out without a number, with one that cannot text, with callbacks elsewhere, and when it does not exist', () => {
    expect(codesOf({ sender: MG, service: service(), numbers: [] })).toEqual(['serviceWithoutNumbers']);
    expect(codesOf({ sender: MG, service: service(), numbers: [number(1, { canText: false })] })).toEqual([
      'cannotText',
    ]);
    const elsewhere = service({ statusCallback: 'https://old.example' });
    expect(codesOf({ sender: MG, service: elsewhere, numbers: [number(1)] })).toEqual(['statusElsewhere']);
    expect(codesOf({ sender: MG, service: undefined, numbers: [] })).toEqual(['senderMissing']);
  });

  it('names what is broken before what is weak', () => {
    const wrong = service({
      fallback: { url: OURS.inbound, method: 'GET' },
      inbound: { url: OURS.inbound, method: 'GET' },
    });
    expect(codesOf({ sender: MG, service: wrong, numbers: [number(1)] })).toEqual([
      'inboundMethod',
      'fallbackMethod',
    ]);
  });
});

it('S9 an address that differs by a slash is not ours: the signature would not hold', () => {
  const slash = number(1, { inbound: { url: `${OURS.inbound}/`, method: 'POST' } });
  expect(codesOf({ sender: slash.number, service: undefined, numbers: [slash] })).toEqual([
    'inboundElsewhere',
  ]);
  expect(codesOf({ sender: slash.number, service: undefined, numbers: [] })).toEqual(['senderMissing']);
});

it('C8 verification is what a campaign says; where A2P 10DLC does not apply, nothing is said', () => {
  const longCode = { sender: MG, service: service(), numbers: [number(1)] };
  expect(a2pVerificationOf(longCode, ['PENDING', 'VERIFIED'])).toMatchObject({ verified: true });
  expect(a2pVerificationOf(longCode, ['IN_PROGRESS'])).toMatchObject({ verified: false });
  expect(a2pVerificationOf(longCode, [])).toMatchObject({ verified: false });
  const alone = { sender: '+13035550101', service: undefined, numbers: [number(1)] };
  expect(a2pVerificationOf(alone, [])).toEqual({
    verified: false,
    campaignStatus: 'in no messaging service',
  });
  for (const other of ['+18885550101', '+447700900123']) {
    const setup = { sender: other, service: undefined, numbers: [number(1, { number: other })] };
    expect(a2pVerificationOf(setup, [])).toBeUndefined();
  }
});

it.each([
  ['+18005550100', true],
  ['+18335550100', true],
  ['+18885550100', true],
  ['+18105550100', false],
  ['+13035550100', false],
  [MG, false],
])('%s is toll-free: %s', (sender, expected) => {
  expect(isTollFree(sender)).toBe(expected);
});
