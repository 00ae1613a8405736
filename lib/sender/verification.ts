import { isTollFree, type SenderSetup } from './sender.ts';

/** The only campaign status of Twilio with which texts may leave (docs/facts.md, "Twilio: A2P"). */
const VERIFIED = 'VERIFIED';

/** The result of reading a sender's A2P 10DLC campaigns. */
export interface A2pVerification {
  readonly verified: boolean;
  /** Twilio's statuses of the campaigns that cover the sender. */
  readonly campaignStatus: string;
}

/**
 * Reads from a sender's campaigns whether the carriers have verified it for A2P 10DLC (C8).
 *
 * @param statuses the statuses of all campaigns of the sender's service, in Twilio's words.
 * @returns undefined when A2P 10DLC does not apply: toll-free numbers, short codes and numbers outside country code 1.
 */
export function a2pVerificationOf(
  setup: SenderSetup,
  statuses: readonly string[],
): A2pVerification | undefined {
  if (statuses.length > 0) {
    return { verified: statuses.includes(VERIFIED), campaignStatus: statuses.join(', ') };
  }
  if (!setup.numbers.some(({ number }) => isTenDigitLongCode(number))) return undefined;
  return { verified: false, campaignStatus: setup.service ? 'no campaign' : 'in no messaging service' };
}

function isTenDigitLongCode(number: string): boolean {
  return /^\+1\d{10}$/.test(number) && !isTollFree(number);
}
