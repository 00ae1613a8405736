import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { inject } from 'vitest';
import { FORM_SECRETS } from '../../lib/forms/form-items.ts';
import { ENV } from '../../lib/runtime/env.ts';
import type { Tables } from '../setup/tables.ts';
import { usesOf } from './requests.ts';

/** The function whose handler runs. */
const running = new AsyncLocalStorage<string>();
const written = new Set<string>();
/** Environment variables of the functions, by the names of this worker's tables, queues and bucket. */
const variables = new Map<string, string>();
let listening = false;

/**
 * Makes a handler record every action on AWS that it takes, for the check of grants at the end of the whole run.
 *
 * It records requests on the wire, so that no client has to know of it.
 */
export function recorded<Arguments extends unknown[], Result>(
  functionName: string,
  handler: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  return (...given) => running.run(functionName, () => handler(...given));
}

/** Starts to record, for the tables and queues of one test file. */
export function recordUses({ provisioned }: Pick<Tables, 'provisioned'>): void {
  for (const [variable, { name, url }] of provisioned) {
    variables.set(name, variable);
    if (url !== undefined) variables.set(new URL(url).pathname, variable);
  }
  if (listening) return;
  listening = true;
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    const functionName = running.getStore();
    const isSigned = String(request.getHeader('authorization') ?? '').startsWith('AWS4-');
    if (functionName !== undefined && isSigned)
      onceSent(request, (body) => recordRequest(functionName, request, body));
  });
}

function onceSent(request: ClientRequest, then: (body: string) => void): void {
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const { write, end } = request;
  request.write = (chunk: unknown, ...rest: unknown[]) => {
    keep(chunk);
    return Reflect.apply(write, request, [chunk, ...rest]);
  };
  request.end = (chunk?: unknown, ...rest: unknown[]) => {
    keep(chunk);
    then(Buffer.concat(chunks).toString('utf8'));
    return Reflect.apply(end, request, [chunk, ...rest]);
  };
}

function recordRequest(functionName: string, request: ClientRequest, body: string): void {
  const { method, path } = request;
  const target = request.getHeader('x-amz-target');
  for (const { action, resource, partitions = [] } of usesOf({
    method,
    path,
    target: target?.toString(),
    body,
  })) {
    const secrets = partitions.includes(FORM_SECRETS) ? [FORM_SECRETS] : [];
    const line = [functionName, action, resourceInStack(action, resource), ...secrets].join(' ');
    if (written.has(line)) continue;
    written.add(line);
    appendFileSync(inject('usagePath'), `${line}\n`);
  }
}

/** Replaces a resource's name in this test by the functions' environment variable. */
function resourceInStack(action: string, resource: string): string {
  if (action.startsWith('ssm:')) return resource.replace(/^\/sendgate\/[^/]+/, '');
  if (action.startsWith('events:')) return ENV.eventBus;
  const key = action.startsWith('sqs:') ? new URL(resource).pathname : resource;
  const [name = '', ...rest] = key.startsWith('/') ? [key] : key.split('/');
  return [variables.get(name) ?? name, ...rest].join('/');
}
