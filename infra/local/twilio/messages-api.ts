import type { ServerResponse } from 'node:http';
import { answerJson, refuseRequest, type TwilioError } from './answers.ts';
import type { CarrierPart } from './carrier-part.ts';
import type { Faults } from './faults.ts';
import { type Fields, firstValue, type OpenApi } from './openapi.ts';
import type { Store, StoredMessage } from './store.ts';

export const LIST_PATH = '/2010-04-01/Accounts/{AccountSid}/Messages.json';
const PHONE = /^\+[1-9]\d{6,14}$/;
const GSM_SEGMENT = 153;

export interface MessagesApi {
  readonly accountSid: string;
  readonly api: OpenApi;
  readonly store: Store;
  readonly faults: Faults;
  readonly carrier: CarrierPart;
}

/** Answers POST Messages.json: creates a text, or says in Twilio's words why not. */
export function createMessage(
  { accountSid, api, store, faults, carrier }: MessagesApi,
  accountInPath: string,
  body: Fields,
  response: ServerResponse,
): void {
  const to = firstValue(body['To']);
  const fault = faults.take(to, 'error', 'refused', 'timeoutBeforeAcceptance', 'timeoutAfterAcceptance');
  if (fault?.kind === 'error') {
    const code = { 401: 20003, 429: 20429, 500: 20500, 503: 20500 }[fault.status];
    refuseRequest(response, { status: fault.status, code, message: 'Asked to fail' });
    return;
  }
  if (fault?.kind === 'refused') {
    const { status, code } = fault;
    if (code === null) answerJson(response, status, { status, message: 'Asked to refuse' });
    else refuseRequest(response, { status, code, message: 'Asked to refuse' });
    return;
  }
  if (fault?.kind === 'timeoutBeforeAcceptance') {
    response.destroy();
    return;
  }
  const violations = api.violations('post', LIST_PATH, {
    path: { AccountSid: accountInPath },
    query: {},
    body,
  });
  const error = to === '' ? undefined : violations[0];
  const described = error && { status: 400, code: 21600, message: `Against the description: ${error}` };
  const problem = described || problemOf(body, store);
  if (problem) {
    refuseRequest(response, problem);
    return;
  }
  const sender = firstValue(body['MessagingServiceSid']) || firstValue(body['From']);
  const message = store.add({
    to,
    from: firstValue(body['From']) || '+13035550100',
    body: firstValue(body['Body']),
    direction: 'outbound-api',
    messagingServiceSid: sender.startsWith('MG') ? sender : null,
    statusCallback: firstValue(body['StatusCallback']) || null,
    status: sender.startsWith('MG') ? 'accepted' : 'queued',
    errorCode: null,
  });
  store.save();
  const initial = resource(message, accountSid);
  carrier.deliver(message);
  if (fault?.kind === 'timeoutAfterAcceptance') response.destroy();
  else answerJson(response, 201, initial);
}

function problemOf(body: Fields, store: Store): TwilioError | undefined {
  const bad = (code: number, message: string): TwilioError => ({ status: 400, code, message });
  const to = firstValue(body['To']);
  const text = firstValue(body['Body']);
  const sender = firstValue(body['MessagingServiceSid']) || firstValue(body['From']);
  if (to === '') return bad(21604, "A 'To' phone number is required.");
  if (!PHONE.test(to)) return bad(21211, "The 'To' number is not a valid phone number.");
  if (sender === '') return bad(21603, "A 'From' phone number or a messaging service is required.");
  if (text === '' && !body['MediaUrl'] && !body['ContentSid']) return bad(21602, 'Message body is required.');
  if (text.length > 1600) return bad(21617, 'The message body exceeds the 1600 character limit.');
  const callback = firstValue(body['StatusCallback']);
  if (callback !== '' && new URL(callback).hostname.includes('_')) {
    return bad(21609, "The 'StatusCallback' URL is not valid.");
  }
  if (to.endsWith('0190')) return bad(21614, "The 'To' number is not a mobile number.");
  if (store.isBlocked(sender, to)) return bad(21610, 'Attempt to send to unsubscribed recipient');
  return undefined;
}

/** Answers GET Messages.json: newest first, filtered as Twilio filters. */
export function listMessages(
  { accountSid, api, store }: MessagesApi,
  accountInPath: string,
  query: Fields,
  response: ServerResponse,
): void {
  const [error] = api.violations('get', LIST_PATH, { path: { AccountSid: accountInPath }, query });
  if (error) {
    refuseRequest(response, { status: 400, code: 20001, message: `Against the description: ${error}` });
    return;
  }
  const size = Number(firstValue(query['PageSize']) || 50);
  const page = Number(firstValue(query['Page']) || 0);
  const after = firstValue(query['DateSent>']);
  const before = firstValue(query['DateSent<']);
  const found = store.messages
    .filter((message) => firstValue(query['To']) === '' || message.to === firstValue(query['To']))
    .filter((message) => firstValue(query['From']) === '' || message.from === firstValue(query['From']))
    // Twilio filters by the day of sending: a text that was not sent yet matches no day.
    .filter((message) => (after === '' && before === '') || !isInQueue(message))
    .filter(({ createdAt }) => after === '' || Date.parse(createdAt) >= Date.parse(after))
    .filter(({ createdAt }) => before === '' || Date.parse(createdAt) <= Date.parse(before))
    .reverse();
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const at = (number: number) =>
    `${path}?${new URLSearchParams({ ...(query as Record<string, string>), Page: String(number) })}`;
  answerJson(response, 200, {
    messages: found.slice(page * size, (page + 1) * size).map((message) => resource(message, accountSid)),
    page,
    page_size: size,
    start: page * size,
    end: Math.max(0, Math.min((page + 1) * size, found.length) - 1),
    uri: at(page),
    first_page_uri: at(0),
    next_page_uri: found.length > (page + 1) * size ? at(page + 1) : null,
    previous_page_uri: page > 0 ? at(page - 1) : null,
  });
}

/** Answers GET Messages/{Sid}.json. */
export function fetchMessage(
  { accountSid, store }: MessagesApi,
  sid: string,
  response: ServerResponse,
): void {
  const message = store.messages.find((stored) => stored.sid === sid);
  if (message) answerJson(response, 200, resource(message, accountSid));
  else refuseRequest(response, { status: 404, code: 20404, message: 'The requested resource was not found' });
}

function isInQueue({ status }: StoredMessage): boolean {
  return status === 'queued' || status === 'accepted';
}

function resource(message: StoredMessage, accountSid: string): object {
  const date = new Date(message.createdAt).toUTCString().replace('GMT', '+0000');
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}.json`;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: date,
    date_sent: isInQueue(message) ? null : date,
    date_updated: date,
    direction: message.direction,
    error_code: message.errorCode,
    error_message: null,
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: String(Math.max(1, Math.ceil(message.body.length / GSM_SEGMENT))),
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: uri.replace('.json', '/Media.json') },
    to: message.to,
    uri,
  };
}
