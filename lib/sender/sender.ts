/** Where a sender posts something, and how. */
export interface Webhook {
  /** Absent: nowhere. */
  readonly url: string | undefined;
  readonly method: string;
}

/** What decides where incoming texts go, on a number or on a messaging service. */
export interface InboundSetup {
  readonly inbound: Webhook;
  /** Where Twilio turns when the first address fails. */
  readonly fallback: Webhook;
}

/** A number of the account. */
export interface NumberSetup extends InboundSetup {
  readonly sid: string;
  /** E.164. */
  readonly number: string;
  readonly canText: boolean;
  /** An application that is set replaces the number's own addresses. */
  readonly applicationSid: string | undefined;
}

/** A messaging service. */
export interface ServiceSetup extends InboundSetup {
  readonly sid: string;
  readonly statusCallback: string | undefined;
  /** On: each number's own addresses count, and not the service's. */
  readonly usesNumbersWebhooks: boolean;
}

/** How the organization's sender is set up at Twilio. */
export interface SenderSetup {
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
  /** The sender itself, or the service whose pool has the number; absent when there is none. */
  readonly service: ServiceSetup | undefined;
  /** The service's numbers, or the one number; those that the account does not have are missing. */
  readonly numbers: readonly NumberSetup[];
}

/** What can be changed of a number or a service; absent fields stay. */
export interface SetupChange {
  readonly inboundUrl?: string;
  readonly inboundMethod?: string;
  readonly fallbackUrl?: string;
  readonly fallbackMethod?: string;
  /** Of a service only. */
  readonly statusCallback?: string;
}

/** The sender at Twilio, to read and to set up. Methods throw what Twilio's client throws. */
export interface SenderAccount {
  setup(): Promise<SenderSetup>;
  change(
    target: { readonly kind: 'number' | 'service'; readonly sid: string },
    change: SetupChange,
  ): Promise<void>;
  /** Words of the campaigns that are registered for a service (A2P 10DLC). */
  campaignStatuses(serviceSid: string): Promise<readonly string[]>;
}

/** Area codes whose STOP list is the network's: only a START from the handset lifts a block there. */
const TOLL_FREE = /^\+18(00|33|44|55|66|77|88)\d{7}$/;

/** Whether a sender is a US toll-free number. */
export function isTollFree(sender: string): boolean {
  return TOLL_FREE.test(sender);
}

/** Whether Twilio's block after a STOP is lifted by telling Twilio of an opt-in, and not by START alone (X9). */
export function isLiftedByUs(
  { twilioConsentApi }: { readonly twilioConsentApi: boolean },
  sender: string,
): boolean {
  return twilioConsentApi && !isTollFree(sender);
}
