import { expect, test } from 'vitest';
import { channelOf, isActedOnByCarrier, numberOfAddress } from '../../../lib/messaging/address.ts';

test.each([
  ['+13035550142', '+13035550142', 'sms'],
  ['rcs:+13035550142', '+13035550142', 'rcs'],
  ['RCS:+13035550142', '+13035550142', 'rcs'],
  ['whatsapp:+5215512345678', '+525512345678', 'whatsapp'],
  ['+5215512345678', '+525512345678', 'sms'],
  ['+525512345678', '+525512345678', 'sms'],
  [' +1 (303) 555-0142 ', '+13035550142', 'sms'],
  ['messenger:4512908', undefined, 'messenger'],
  ['rcs:demo_windows_agent', undefined, 'rcs'],
  ['89203', undefined, 'sms'],
  ['+0303555', undefined, 'sms'],
  ['ACME', undefined, 'sms'],
  ['', undefined, 'sms'],
])('S4 the address %j is the number %j over %s', (address, number, channel) => {
  expect(numberOfAddress(address)).toBe(number);
  expect(channelOf(address)).toBe(channel);
});

test('Twilio acts on its own words by text and over RCS, and over no other channel', () => {
  expect(isActedOnByCarrier('+13035550142')).toBe(true);
  expect(isActedOnByCarrier('rcs:+13035550142')).toBe(true);
  expect(isActedOnByCarrier('whatsapp:+13035550142')).toBe(false);
});
