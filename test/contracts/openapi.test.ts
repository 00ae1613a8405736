import { describe, expect, test } from 'vitest';
import {
  checkExchange,
  description,
  type Exchange,
  operations,
  responseOf,
  violations,
} from '../flow/contract.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const PROBLEM_TYPE = { 'content-type': 'application/problem+json; charset=utf-8' };

/** Builds an exchange that the description allows, with the changes of a test case. */
function exchange(more: Partial<Exchange>, answer: Partial<Exchange['answer']>): Exchange {
  const settings = operations.find(({ name }) => name === 'GET /settings');
  const taken = settings && responseOf(settings, '200');
  const body = JSON.stringify(taken?.content?.['application/json']?.example);
  return {
    method: 'GET',
    path: '/settings',
    query: '',
    body: undefined,
    ...more,
    answer: { status: 200, headers: JSON_TYPE, body, ...answer },
  };
}
const problem = (status: number, more: Record<string, unknown> = {}) => ({
  status,
  headers: PROBLEM_TYPE,
  body: JSON.stringify({ type: 'about:blank', title: 'No', status, detail: 'Say what to do here.', ...more }),
});
const leads = (leads: unknown[]) => ({ body: JSON.stringify({ leads, next: null }) });

describe('every operation of docs/openapi.json', () => {
  test('has a name of its own, verb and noun, and one of the tags that are described', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+([A-Z][a-z0-9]*)+$/.test(name))).toEqual([]);
    const tags = new Set(operations.map(({ operation }) => operation.tags.join()));
    expect([...tags].toSorted()).toEqual(description.tags.map(({ name }) => name).toSorted());
  });

  test('behind a token has the 401 of API Gateway, and every one its 429', () => {
    for (const one of operations) {
      const isPublic = one.operation.security?.length === 0;
      const says = (status: string) => responseOf(one, status)?.content?.['application/json']?.example;
      if (!isPublic) expect(says('401')).toEqual({ message: 'Unauthorized' });
      expect(says('429')).toEqual({ message: 'Too Many Requests' });
    }
  });

  test.each(operations)('$name has examples, and they are as its schemas say', (described) => {
    const { path, method, operation } = described;
    const place = ['paths', path, method];
    for (const status of Object.keys(operation.responses)) {
      const response = responseOf(described, status);
      for (const [type, { example }] of Object.entries(response?.content ?? {})) {
        if (example === undefined && !type.endsWith('json')) continue;
        expect(example, `example of ${status} ${type}`).toBeDefined();
        expect(violations([...(response?.place ?? []), 'content', type, 'schema'], example)).toBe('');
      }
    }
    for (const [type, { schema, ...content }] of Object.entries(operation.requestBody?.content ?? {})) {
      const { example } = content;
      expect(example, `example of a request as ${type}`).toBeDefined();
      expect(violations([...place, 'requestBody', 'content', type, 'schema'], example)).toBe('');
    }
    const problem = responseOf(described, 'default')?.content ?? {};
    expect(Object.keys(problem)).toEqual(['application/problem+json', 'application/json']);
  });
});

describe('the check of every call that a test makes', () => {
  test('lets pass what is described', () => {
    expect(() => checkExchange(exchange({}, {}))).not.toThrow();
    expect(() => checkExchange(exchange({ path: '/leads', query: 'limit=5' }, leads([])))).not.toThrow();
    expect(() => checkExchange(exchange({ path: '/leads', query: 'limit=x' }, problem(422)))).not.toThrow();
    expect(() => checkExchange(exchange({ path: '/nothing' }, problem(404)))).not.toThrow();
  });

  test.each([
    ['a field that is missing', {}, { body: '{}' }],
    ['a field too many', { path: '/leads' }, { body: '{"leads":[],"next":null,"total":0}' }],
    ['a value of another type, deep inside', { path: '/leads' }, leads([{ id: 1 }])],
    ['a status that is not described', {}, { status: 201 }],
    ['a content type that is not described', {}, { headers: { 'content-type': 'text/html' } }],
    ['an operation that is not described', { path: '/secret' }, {}],
    ['a method that is not described', { method: 'DELETE' }, {}],
    ['an error that is no problem JSON', {}, { status: 500, body: '{"message":"Internal Server Error"}' }],
    ['a problem that names another status', {}, problem(422, { status: 400 })],
    ['a problem that does not say what to do', {}, problem(404, { detail: '' })],
    ['a taken body that is not described', { method: 'PATCH', body: '{"footer":7}' }, {}],
    ['a taken query that is not described', { path: '/leads', query: 'page=2' }, leads([])],
    ['a taken query outside its limits', { path: '/leads', query: 'limit=1000' }, leads([])],
  ])('fails on %s', (_, more, answer) => {
    expect(() => checkExchange(exchange(more, answer))).toThrow('docs/openapi.json');
  });
});
