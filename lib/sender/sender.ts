/** A webhook that is set at Twilio. */
export interface Webhook {
  /** Undefined when none is set. */
  readonly url: string | undefined;
  readonly method: string;
}

/** The webhooks for incoming texts of a number or a messaging service. */
export interface InboundSetup {
  readonly inbound: Webhook;
  /** Twilio calls it when the first webhook fails. */
  readonly fallback: Webhook;
}

/** A number of the account. */
export interface NumberSetup extends InboundSetup {
  readonly sid: string;
  /** E.164. */
  readonly number: string;
  readonly canText: boolean;
  /** A TwiML application, which overrides the number's own webhooks; undefined when none is set. */
  readonly applicationSid: string | undefined;
}

/** A messaging service. */
export interface ServiceSetup extends InboundSetup {
  readonly sid: string;
  readonly statusCallback: string | undefined;
  /** True: each number's own webhooks count instead of the service's. */
  readonly usesNumbersWebhooks: boolean;
}

/** The setup of the organization's sender at Twilio. */
export interface SenderSetup {
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
  /** The sender itself, or the service whose pool contains the number; undefined when there is none. */
  readonly service: ServiceSetup | undefined;
  /** The service's numbers, or the one number; numbers that the account does not have are missing. */
  readonly numbers: readonly NumberSetup[];
}

/** New settings of a number or a service; absent fields keep their value. */
export interface SetupChange {
  readonly inboundUrl?: string;
  readonly inboundMethod?: string;
  readonly fallbackUrl?: string;
  readonly fallbackMethod?: string;
  /** Applies to a service only. */
  readonly statusCallback?: string;
}

/** Access to the sender's setup at Twilio. The methods throw the errors of Twilio's client. */
export interface SenderAccount {
  /** Reads the setup. */
  setup(): Promise<SenderSetup>;
  /** Changes settings of one number or service. */
  change(
    target: { readonly kind: 'number' | 'service'; readonly sid: string },
    change: SetupChange,
  ): Promise<void>;
  /** Reads the statuses of the A2P 10DLC campaigns that are registered for a service, in Twilio's words. */
  campaignStatuses(serviceSid: string): Promise<readonly string[]>;
}

/** Toll-free area codes. Their STOP list belongs to the network, and only a START from the handset lifts a block on it. */
const TOLL_FREE = /^\+18(00|33|44|55|66|77|88)\d{7}$/;

/** Checks whether a sender is a US toll-free number. */
export function isTollFree(sender: string): boolean {
  return TOLL_FREE.test(sender);
}

/**
 * Checks whether sendgate can lift Twilio's block after a STOP by reporting an opt-in (X9). If not, only START from the
 * handset lifts it.
 */
export function isLiftedByUs(
  { twilioConsentApi }: { readonly twilioConsentApi: boolean },
  sender: string,
): boolean {
  return twilioConsentApi && !isTollFree(sender);
}
