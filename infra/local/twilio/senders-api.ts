import type { ServerResponse } from 'node:http';
import { answerJson, refuseRequest } from './answers.ts';
import { type Fields, firstValue, type OpenApi } from './openapi.ts';
import type { OwnNumber, OwnService, Senders } from './senders.ts';

export interface SendersApi {
  readonly accountSid: string;
  readonly api: OpenApi;
  readonly messaging: OpenApi;
  readonly senders: Senders;
}

export interface SendersRequest {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly query: Fields;
  readonly body: Fields;
}

/** A resource pairs a path, as Twilio's OpenAPI description writes it, with the function that answers its requests. */
interface Resource {
  readonly template: string;
  readonly description: 'api' | 'messaging';
  readonly handle: (
    given: SendersApi,
    sids: Readonly<Record<string, string>>,
    request: SendersRequest,
  ) => object | undefined;
}

const NUMBERS = '/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers';
const RESOURCES: readonly Resource[] = [
  {
    template: `${NUMBERS}.json`,
    description: 'api',
    handle: ({ senders, accountSid }, _, { query }) => {
      const wanted = firstValue(query['PhoneNumber']);
      const found = senders.numbers.filter(({ phoneNumber }) => wanted === '' || phoneNumber === wanted);
      return { incoming_phone_numbers: found.map((number) => numberResource(number, accountSid)), page: 0 };
    },
  },
  {
    template: `${NUMBERS}/{Sid}.json`,
    description: 'api',
    handle: ({ senders, accountSid }, { Sid }, { body }) => {
      const number = senders.numbers.find(({ sid }) => sid === Sid);
      if (!number) return undefined;
      const { SmsUrl, SmsMethod, SmsFallbackUrl, SmsFallbackMethod } = body;
      if (SmsUrl !== undefined) number.smsUrl = firstValue(SmsUrl);
      if (SmsMethod !== undefined) number.smsMethod = firstValue(SmsMethod);
      if (SmsFallbackUrl !== undefined) number.smsFallbackUrl = firstValue(SmsFallbackUrl);
      if (SmsFallbackMethod !== undefined) number.smsFallbackMethod = firstValue(SmsFallbackMethod);
      return numberResource(number, accountSid);
    },
  },
  {
    template: '/v1/Services',
    description: 'messaging',
    handle: ({ senders, accountSid }) => ({
      services: senders.services.map((service) => serviceResource(service, accountSid)),
      meta: meta('services'),
    }),
  },
  {
    template: '/v1/Services/{Sid}',
    description: 'messaging',
    handle: ({ senders, accountSid }, { Sid }, { body }) => {
      const service = senders.services.find(({ sid }) => sid === Sid);
      if (!service) return undefined;
      const { InboundRequestUrl, InboundMethod, FallbackUrl, FallbackMethod, StatusCallback } = body;
      if (InboundRequestUrl !== undefined) service.inboundRequestUrl = firstValue(InboundRequestUrl);
      if (InboundMethod !== undefined) service.inboundMethod = firstValue(InboundMethod);
      if (FallbackUrl !== undefined) service.fallbackUrl = firstValue(FallbackUrl);
      if (FallbackMethod !== undefined) service.fallbackMethod = firstValue(FallbackMethod);
      if (StatusCallback !== undefined) service.statusCallback = firstValue(StatusCallback);
      const onNumber = body['UseInboundWebhookOnNumber'];
      if (onNumber !== undefined) service.useInboundWebhookOnNumber = firstValue(onNumber) === 'true';
      return serviceResource(service, accountSid);
    },
  },
  {
    template: '/v1/Services/{ServiceSid}/PhoneNumbers',
    description: 'messaging',
    handle: ({ senders, accountSid }, { ServiceSid }) => {
      const service = senders.services.find(({ sid }) => sid === ServiceSid);
      if (!service) return undefined;
      const numbers = senders.numbers.filter(({ sid }) => service.numberSids.includes(sid));
      return {
        phone_numbers: numbers.map(({ sid, phoneNumber }) => ({
          sid,
          account_sid: accountSid,
          service_sid: service.sid,
          phone_number: phoneNumber,
          country_code: 'US',
          capabilities: ['SMS'],
        })),
        meta: meta('phone_numbers'),
      };
    },
  },
  {
    template: '/v1/Services/{MessagingServiceSid}/Compliance/Usa2p',
    description: 'messaging',
    handle: ({ senders, accountSid }, { MessagingServiceSid }) => {
      const service = senders.services.find(({ sid }) => sid === MessagingServiceSid);
      if (!service) return undefined;
      const campaigns = service.campaignStatuses.map((campaign_status, index) => ({
        sid: `QE${String(index + 1).padStart(32, '0')}`,
        account_sid: accountSid,
        messaging_service_sid: service.sid,
        campaign_status,
        campaign_id: `C${index + 1}`,
        us_app_to_person_usecase: 'MIXED',
      }));
      return { compliance: campaigns, meta: meta('compliance') };
    },
  },
];

/** Answers requests for numbers, messaging services and A2P campaigns. @returns false when the path is none of these. */
export function serveSenders(given: SendersApi, request: SendersRequest, response: ServerResponse): boolean {
  for (const { template, description, handle } of RESOURCES) {
    const sids = match(template, request.path);
    if (!sids) continue;
    const [violation] = given[description].violations(request.method, template, {
      path: sids,
      query: request.query,
      body: request.body,
    });
    if (violation) {
      refuseRequest(response, { status: 400, code: 20001, message: `Against the description: ${violation}` });
      return true;
    }
    const found = handle(given, sids, request);
    if (found) answerJson(response, 200, found);
    else
      refuseRequest(response, { status: 404, code: 20404, message: 'The requested resource was not found' });
    return true;
  }
  return false;
}

function match(template: string, path: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const pattern = template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '([^/.]+)');
  const found = new RegExp(`^${pattern}$`).exec(path);
  return found ? Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ''])) : undefined;
}

function meta(key: string): object {
  return { key, page: 0, page_size: 50, next_page_url: null, previous_page_url: null };
}

function numberResource(number: OwnNumber, accountSid: string): object {
  return {
    account_sid: accountSid,
    sid: number.sid,
    phone_number: number.phoneNumber,
    friendly_name: number.phoneNumber,
    capabilities: { voice: true, sms: number.sms, mms: number.sms, fax: false },
    sms_url: number.smsUrl,
    sms_method: number.smsMethod,
    sms_fallback_url: number.smsFallbackUrl,
    sms_fallback_method: number.smsFallbackMethod,
    sms_application_sid: number.smsApplicationSid,
    status_callback: '',
    status_callback_method: 'POST',
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${number.sid}.json`,
  };
}

function serviceResource(service: OwnService, accountSid: string): object {
  return {
    account_sid: accountSid,
    sid: service.sid,
    friendly_name: 'sendgate',
    inbound_request_url: service.inboundRequestUrl,
    inbound_method: service.inboundMethod,
    fallback_url: service.fallbackUrl,
    fallback_method: service.fallbackMethod,
    status_callback: service.statusCallback,
    use_inbound_webhook_on_number: service.useInboundWebhookOnNumber,
    us_app_to_person_registered: service.campaignStatuses.includes('VERIFIED'),
    url: `https://messaging.twilio.com/v1/Services/${service.sid}`,
  };
}
