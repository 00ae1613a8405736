import { currentNumber } from '../phone/old-prefixes.ts';

/** Matches the channel in front of an address of Twilio's: `rcs:`, `whatsapp:`, `messenger:`. */
const CHANNEL = /^([a-z][a-z0-9-]*):/i;
/** Channels over which Twilio acts on STOP and START by itself. */
const CARRIER_CHANNELS = new Set(['sms', 'rcs']);

/** Returns the channel of an address in lower case; `sms` for a bare number. */
export function channelOf(address: string): string {
  return CHANNEL.exec(address.trim())?.[1]?.toLowerCase() ?? 'sms';
}

/** Checks whether Twilio acts on its keywords by itself when they come from this address. */
export function isActedOnByCarrier(address: string): boolean {
  return CARRIER_CHANNELS.has(channelOf(address));
}

/**
 * Finds the phone number in an address of Twilio's (`From`, `To`): strips the channel (`rcs:+13035550142`), invisible marks and
 * punctuation, and rewrites numbers that Twilio writes in an older form than forms do (Mexico's +521). Every way by which
 * Twilio names a person goes through here, so that one person is one number.
 *
 * @returns E.164; undefined for an address without a number, such as a short code or the name of an RCS agent.
 */
export function numberOfAddress(address: string): string | undefined {
  const plain = address
    .trim()
    .replace(CHANNEL, '')
    .replace(/[\s\p{Cf}().-]+/gu, '');
  return /^\+[1-9]\d{6,14}$/.test(plain) ? currentNumber(plain) : undefined;
}
