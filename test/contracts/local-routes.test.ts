import { describe, expect, test } from 'vitest';
import { matchRoute } from '../../infra/local/routes.ts';

const routes = [
  'ANY /{proxy+}',
  '$default',
  'ANY /forms/{formId}/submissions',
  'POST /forms/{formId}/submissions',
  'GET /forms/{formId}/{part}',
  'GET /forms/mine/{part}',
  'POST /twilio/inbound',
].map((routeKey) => ({ routeKey }));

describe('the HTTP API chooses the route that API Gateway would', () => {
  test.each([
    ['POST', '/twilio/inbound', 'POST /twilio/inbound', {}],
    ['GET', '/twilio/inbound', 'ANY /{proxy+}', { proxy: 'twilio/inbound' }],
    ['POST', '/twilio/inbound/', 'ANY /{proxy+}', { proxy: 'twilio/inbound/' }],
    ['POST', '/forms/quote/submissions', 'POST /forms/{formId}/submissions', { formId: 'quote' }],
    ['PUT', '/forms/quote/submissions', 'ANY /forms/{formId}/submissions', { formId: 'quote' }],
    ['GET', '/forms/mine/fields', 'GET /forms/mine/{part}', { part: 'fields' }],
    ['GET', '/forms/other/fields', 'GET /forms/{formId}/{part}', { formId: 'other', part: 'fields' }],
    ['GET', '/numbers/%2B13035550142/why', 'ANY /{proxy+}', { proxy: 'numbers/+13035550142/why' }],
    ['POST', '/forms/50%/submissions', 'POST /forms/{formId}/submissions', { formId: '50%' }],
  ])('%s %s goes to %s', (method, path, routeKey, pathParameters) => {
    expect(matchRoute(routes, method, path)).toEqual({ route: { routeKey }, pathParameters });
  });

  test('without a route that matches there is none', () => {
    expect(matchRoute([{ routeKey: 'POST /twilio/inbound' }], 'GET', '/twilio/inbound')).toBeUndefined();
    expect(matchRoute([{ routeKey: 'POST /twilio/inbound' }], 'POST', '/twilio')).toBeUndefined();
  });
});
