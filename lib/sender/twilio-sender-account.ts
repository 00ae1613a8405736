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

/** Services that are searched for a number; an account has a handful. */
const MOST_SERVICES = 50;
const MOST_NUMBERS = 400;
const NUMBERS_A_PAGE = 1000;

/** The sender's setup at Twilio, through Twilio's own resource classes. */
export function createTwilioSenderAccount(options: TwilioSenderOptions): SenderAccount {
  const numbers = IncomingPhoneNumberListInstance(
    twilioVersion('api', options) as Parameters<typeof IncomingPhoneNumberListInstance>[0],
    options.credentials.accountSid,
  );
  const services = ServiceListInstance(
    twilioVersion('messaging', options) as Parameters<typeof ServiceListInstance>[0],
  );
  const sidsIn = async (service: string) =>
    (await services(service).phoneNumbers.list({ limit: MOST_NUMBERS })).map(({ sid }) => sid);

  async function serviceSetupOf(sid: string) {
    const found = await orMissing(services(sid).fetch());
    if (!found) return { service: undefined, numbers: [] };
    const pool = new Set(await sidsIn(sid));
    // One request for a thousand of the account's numbers, where one for each of the pool's could take minutes.
    const all = await numbers.list({ pageSize: NUMBERS_A_PAGE });
    const ours = all.filter((number) => pool.has(number.sid));
    return { service: serviceSetup(found), numbers: ours.map(numberSetup) };
  }

  async function numberSetupOf(phoneNumber: string) {
    const [found] = await numbers.list({ phoneNumber, limit: 1 });
    if (!found) return { service: undefined, numbers: [] };
    for (const service of await services.list({ limit: MOST_SERVICES })) {
      if ((await sidsIn(service.sid)).includes(found.sid)) {
        return { service: serviceSetup(service), numbers: [numberSetup(found)] };
      }
    }
    return { service: undefined, numbers: [numberSetup(found)] };
  }

  return {
    setup: async () => {
      const { sender } = options;
      const found = sender.startsWith('MG') ? await serviceSetupOf(sender) : await numberSetupOf(sender);
      return { sender, ...found };
    },
    change: async ({ kind, sid }, change) => {
      if (kind === 'number') await numbers(sid).update(numberChange(change));
      else await services(sid).update(serviceChange(change));
    },
    campaignStatuses: async (serviceSid) =>
      (await services(serviceSid).usAppToPerson.list()).map(({ campaignStatus }) => campaignStatus),
  };
}

async function orMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return undefined;
    throw error;
  }
}

function numberSetup(found: IncomingPhoneNumberInstance): NumberSetup {
  return {
    sid: found.sid,
    number: found.phoneNumber,
    canText: found.capabilities.sms,
    applicationSid: found.smsApplicationSid || undefined,
    inbound: webhook(found.smsUrl, found.smsMethod),
    fallback: webhook(found.smsFallbackUrl, found.smsFallbackMethod),
  };
}

function serviceSetup(found: ServiceInstance): ServiceSetup {
  return {
    sid: found.sid,
    statusCallback: found.statusCallback || undefined,
    usesNumbersWebhooks: found.useInboundWebhookOnNumber,
    inbound: webhook(found.inboundRequestUrl, found.inboundMethod),
    fallback: webhook(found.fallbackUrl, found.fallbackMethod),
  };
}

/** Twilio writes "nowhere" as null or as an empty text. */
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
