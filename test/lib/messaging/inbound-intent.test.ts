import { expect, test } from 'vitest';
import { readIntent } from '../../../lib/messaging/inbound-intent.ts';

test.each([
  ['STOP', 'stop', true],
  [' stop ', 'stop', true],
  ['StopAll', 'stop', true],
  ['REVOKE', 'stop', true],
  ['OPTOUT', 'stop', true],
  ['Stop.', 'stop', false],
  ['opt-out', 'stop', false],
  ['Please stop!', 'stop', false],
  ['Stop. Thank you', 'stop', false],
  ['START', 'start', true],
  ['unstop', 'start', true],
  ['YES', 'yes', true],
  ['yes!', 'yes', false],
  ['help', 'help', true],
  ['INFO', 'help', true],
] as const)('"%s" is %s; the carrier acts on it by itself: %s', (body, kind, carrierActs) => {
  expect(readIntent(body)).toMatchObject({ kind, carrierActs });
});

test.each([
  'Stop by tomorrow at 3?',
  "don't stop",
  'weekend',
  'outdoor',
  'yes please call me',
  'helpful',
  '',
  '👍',
  'the end',
])('"%s" is conversation', (body) => {
  expect(readIntent(body)).toEqual({ kind: 'conversation', automatic: false });
});

test("Twilio's own reading wins: with Advanced Opt-Out an organization has words of its own", () => {
  expect(readIntent('ALTO', 'STOP')).toMatchObject({ kind: 'stop', carrierActs: true });
  expect(readIntent('stop', 'HELP')).toMatchObject({ kind: 'help' });
  expect(readIntent('ALTA', 'START')).toMatchObject({ kind: 'start', carrierActs: true });
});

test('YES stays YES where Twilio takes it for START: whether it is consent depends on who was asked', () => {
  expect(readIntent('Yes', 'START')).toMatchObject({ kind: 'yes', carrierActs: true });
  expect(readIntent('yes!', 'START')).toMatchObject({ kind: 'yes', carrierActs: true });
});
