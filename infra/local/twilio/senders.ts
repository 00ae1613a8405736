/** A phone number of the account, with its settings for received texts. */
export interface OwnNumber {
  readonly sid: string;
  readonly phoneNumber: string;
  readonly sms: boolean;
  smsUrl: string;
  smsMethod: string;
  smsFallbackUrl: string;
  smsFallbackMethod: string;
  smsApplicationSid: string;
}

/** A messaging service, the numbers in its pool and the state of its A2P campaigns. */
export interface OwnService {
  readonly sid: string;
  readonly numberSids: string[];
  campaignStatuses: string[];
  inboundRequestUrl: string | null;
  inboundMethod: string;
  fallbackUrl: string | null;
  fallbackMethod: string;
  statusCallback: string | null;
  useInboundWebhookOnNumber: boolean;
}

const sidOf = (prefix: string, count: number) => `${prefix}${String(count).padStart(32, '0')}`;

/** The numbers and messaging services of the account. */
export class Senders {
  readonly numbers: OwnNumber[] = [];
  readonly services: OwnService[] = [];

  addNumber(phoneNumber: string, overrides: Partial<OwnNumber> = {}): OwnNumber {
    const number: OwnNumber = {
      sid: sidOf('PN', this.numbers.length + 1),
      phoneNumber,
      sms: true,
      smsUrl: '',
      smsMethod: 'POST',
      smsFallbackUrl: '',
      smsFallbackMethod: 'POST',
      smsApplicationSid: '',
      ...overrides,
    };
    this.numbers.push(number);
    return number;
  }

  addService(phoneNumbers: readonly string[], overrides: Partial<OwnService> = {}): OwnService {
    const service: OwnService = {
      sid: sidOf('MG', this.services.length + 1),
      numberSids: phoneNumbers.map(
        (phoneNumber) => (this.number(phoneNumber) ?? this.addNumber(phoneNumber)).sid,
      ),
      campaignStatuses: [],
      inboundRequestUrl: null,
      inboundMethod: 'POST',
      fallbackUrl: null,
      fallbackMethod: 'POST',
      statusCallback: null,
      useInboundWebhookOnNumber: false,
      ...overrides,
    };
    this.services.push(service);
    return service;
  }

  number(phoneNumber: string): OwnNumber | undefined {
    return this.numbers.find((number) => number.phoneNumber === phoneNumber);
  }

  /**
   * Returns the webhook that gets a text to our number. It is the service's webhook, or the number's own when the number is in no
   * service or the service leaves the text to the number.
   */
  inboundUrlOf(phoneNumber: string): string | undefined {
    const number = this.number(phoneNumber);
    const service = this.services.find(({ numberSids }) => number && numberSids.includes(number.sid));
    const usesOwnWebhook = !service || service.useInboundWebhookOnNumber;
    return (usesOwnWebhook ? number?.smsUrl : service.inboundRequestUrl) || undefined;
  }
}
