import type { ServerResponse } from 'node:http';
import { answerJson, refuseRequest } from './answers.ts';
import type { Faults } from './faults.ts';
import type { Fields, OpenApi } from './openapi.ts';
import type { Store } from './store.ts';

export const CONSENTS_PATH = '/v1/Consents/Bulk';
const MOST_ITEMS = 25;
const TOLL_FREE = /^\+18(00|33|44|55|66|77|88)/;
const REFUSED = 30646;
/** The API refuses every change for numbers with this ending. */
const REFUSED_CONTACT = '0197';

interface Item {
  readonly contact_id?: string;
  readonly correlation_id?: string;
  readonly sender_id?: string;
  readonly status?: string;
  readonly source?: string;
  readonly date_of_consent?: string;
}

/** Answers POST Consents/Bulk: puts numbers on the STOP list and takes them off it, item by item. */
export function changeConsents(
  { api, store, faults }: { readonly api: OpenApi; readonly store: Store; readonly faults: Faults },
  body: Fields,
  response: ServerResponse,
): void {
  const texts = [body['Items'] ?? []].flat();
  const [violation] = api.violations('post', CONSENTS_PATH, { path: {}, query: {}, body: { Items: texts } });
  if (violation || texts.length === 0 || texts.length > MOST_ITEMS) {
    const message = violation ?? `Items: 1 to ${MOST_ITEMS}, not ${texts.length}`;
    refuseRequest(response, { status: 400, code: 20001, message: `Against the description: ${message}` });
    return;
  }
  const items = texts.map((text) => JSON.parse(text) as Item);
  const fault = faults.take(items[0]?.contact_id ?? '', 'error');
  if (fault) {
    const code = fault.status === 429 ? 20429 : 20500;
    refuseRequest(response, { status: fault.status, code, message: 'Asked to fail' });
    return;
  }
  const results = items.map((item) => {
    const error_messages = faultsOf(item);
    if (error_messages.length === 0) apply(item, store);
    const error_code = error_messages.length === 0 ? 0 : REFUSED;
    return { correlation_id: item.correlation_id, error_code, error_messages };
  });
  store.save();
  answerJson(response, 201, { items: results });
}

function faultsOf(item: Item): string[] {
  const holds = {
    INVALID_CONTACT_ID:
      /^\+[1-9]\d{6,14}$/.test(item.contact_id ?? '') && !item.contact_id?.endsWith(REFUSED_CONTACT),
    INVALID_CORRELATION_ID: /^[0-9a-f]{32}$/.test(item.correlation_id ?? ''),
    INVALID_SENDER_ID: /^(MG[0-9a-f]{32}|\+\d{5,15})$/.test(item.sender_id ?? ''),
    INVALID_STATUS: ['opt-in', 'opt-out'].includes(item.status ?? ''),
    INVALID_SOURCE: ['website', 'offline', 'opt-in-message', 'opt-out-message', 'others'].includes(
      item.source ?? '',
    ),
    INVALID_DATE_OF_CONSENT: !Number.isNaN(Date.parse(item.date_of_consent ?? '2026-01-01')),
  };
  return Object.entries(holds).flatMap(([name, isRight]) => (isRight ? [] : [name]));
}

function apply({ sender_id = '', contact_id = '', status }: Item, store: Store): void {
  if (status === 'opt-out') store.block(sender_id, contact_id);
  // The network keeps a STOP to a toll-free number: only the handset lifts it.
  else if (!TOLL_FREE.test(sender_id)) store.unblock(sender_id, contact_id);
}
