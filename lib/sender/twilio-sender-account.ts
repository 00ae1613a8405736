import {
  type IncomingPhoneNumberInstance,
  IncomingPhoneNumberListInstance,
} from 'twilio/lib/rest/api/v2010/account/incomingPhoneNumber.js';
import { type ServiceInstance, ServiceListInstance } from 'twilio/lib/rest/messaging/v1/service.js';
import { type TwilioRestOptions, twilioVersion } from '../messaging/twilio-rest.ts';
import type { NumberSetup, SenderAccount, ServiceSetup, SetupChange, Webhook } from './sender.ts';

export interface TwilioSenderOptions extends TwilioRestOptions {
  /** A messaging service (`MG...`) or a number in E.164. */
  readonly sender: string;
}

/** Services that are searched for a number; an account has only a few. */
const MAXIMUM_SERVICES = 50;
const MAXIMUM_POOL_NUMBERS = 400;
const NUMBERS_PAGE_SIZE = 1000;

/** Creates access to the sender's setup over Twilio's own resource classes. */
export function createTwilioSenderAccount(options: TwilioSenderOptions): SenderAccount {
  const numbers = IncomingPhoneNumberListInstance(
    twilioVersion('api', options) as Parameters<typeof IncomingPhoneNumberListInstance>[0],
    options.credentials.accountSid,
  );
  const services = ServiceListInstance(
    twilioVersion('messaging', options) as Parameters<typeof ServiceListInstance>[0],
  );
  const sidsIn = async (service: string) =>
    (await services(service).phoneNumbers.list({ limit: MAXIMUM_POOL_NUMBERS })).map(({ sid }) => sid);

  async function serviceSetupOf(sid: string) {
    const service = await undefinedIfMissing(services(sid).fetch());
    if (!service) return { service: undefined, numbers: [] };
    const pool = new Set(await sidsIn(sid));
    // One request returns a thousand of the account's numbers; one request per number of the pool could take minutes.
    const all = await numbers.list({ pageSize: NUMBERS_PAGE_SIZE });
    const ours = all.filter((number) => pool.has(number.sid));
    return { service: serviceSetup(service), numbers: ours.map(numberSetup) };
  }

  async function numberSetupOf(phoneNumber: string) {
    const [number] = await numbers.list({ phoneNumber, limit: 1 });
    if (!number) return { service: undefined, numbers: [] };
    for (const service of await services.list({ limit: MAXIMUM_SERVICES })) {
      if ((await sidsIn(service.sid)).includes(number.sid)) {
        return { service: serviceSetup(service), numbers: [numberSetup(number)] };
      }
    }
    return { service: undefined, numbers: [numberSetup(number)] };
  }

  return {
    setup: async () => {
      const { sender } = options;
      const setup = sender.startsWith('MG') ? await serviceSetupOf(sender) : await numberSetupOf(sender);
      return { sender, ...setup };
    },
    change: async ({ kind, sid }, change) => {
      if (kind === 'number') await numbers(sid).update(numberChange(change));
      else await services(sid).update(serviceChange(change));
    },
    campaignStatuses: async (serviceSid) =>
      (await services(serviceSid).usAppToPerson.list()).map(({ campaignStatus }) => campaignStatus),
  };
}

/** Answers undefined when Twilio answers 404. */
async function undefinedIfMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return undefined;
    throw error;
  }
}

function numberSetup(number: IncomingPhoneNumberInstance): NumberSetup {
  return {
    sid: number.sid,
    number: number.phoneNumber,
    canText: number.capabilities.sms,
    applicationSid: number.smsApplicationSid || undefined,
    inbound: webhook(number.smsUrl, number.smsMethod),
    fallback: webhook(number.smsFallbackUrl, number.smsFallbackMethod),
  };
}

function serviceSetup(service: ServiceInstance): ServiceSetup {
  return {
    sid: service.sid,
    statusCallback: service.statusCallback || undefined,
    usesNumbersWebhooks: service.useInboundWebhookOnNumber,
    inbound: webhook(service.inboundRequestUrl, service.inboundMethod),
    fallback: webhook(service.fallbackUrl, service.fallbackMethod),
  };
}

/** Reads a webhook. Twilio writes a missing URL as null or as an empty string. */
function webhook(url: string | null, method: string): Webhook {
  return { url: url || undefined, method };
}

function numberChange({ inboundUrl, inboundMethod, fallbackUrl, fallbackMethod }: SetupChange) {
  return {
    ...(inboundUrl !== undefined && { smsUrl: inboundUrl }),
    ...(inboundMethod !== undefined && { smsMethod: inboundMethod }),
    ...(fallbackUrl !== undefined && { smsFallbackUrl: fallbackUrl }),
    ...(fallbackMethod !== undefined && { smsFallbackMethod: fallbackMethod }),
  };
}

function serviceChange({ inboundUrl, ...change }: SetupChange) {
  return { ...change, ...(inboundUrl !== undefined && { inboundRequestUrl: inboundUrl }) };
}
