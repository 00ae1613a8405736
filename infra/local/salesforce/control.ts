import { SalesforceError } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import type { Org } from './org.ts';

export interface ControlParts {
  readonly org: Org;
  readonly faults: Faults;
  /** Returns the answer of `GET /stand-in/calls`. */
  readonly calls: () => object;
}

/** Serves requests that do over HTTP what people do in Salesforce, for trying things out under `npm start`. */
export function serveControl(
  { org, faults, calls }: ControlParts,
  method: string,
  address: URL,
  body: string,
): { readonly status: number; readonly body: unknown } {
  const given = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
  const object = String(given['object'] ?? address.searchParams.get('object') ?? '');
  const fields = (given['fields'] ?? {}) as Record<string, unknown>;
  try {
    switch (`${method} ${address.pathname}`) {
      case 'GET /stand-in/records':
        return { status: 200, body: { records: org.all(object) } };
      case 'POST /stand-in/records':
        return { status: 201, body: { id: org.insert(object, fields) } };
      case 'PATCH /stand-in/records':
        org.update(object, String(given['id']), fields);
        return { status: 200, body: { record: org.find(object, String(given['id'])) } };
      case 'GET /stand-in/calls':
        return { status: 200, body: calls() };
      case 'POST /stand-in/faults':
        faults.set(given as unknown as Fault);
        return { status: 200, body: { set: given } };
      case 'DELETE /stand-in/faults':
        faults.clear();
        return { status: 200, body: {} };
      default:
        return {
          status: 404,
          body: { detail: 'GET, POST or PATCH records, GET calls, POST or DELETE faults' },
        };
    }
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    return { status: error.status, body: error.body };
  }
}
