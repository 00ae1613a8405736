import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { marshall } from '@aws-sdk/util-dynamodb';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventKey } from '../../lib/consent/consent-items.ts';
import { appendEvent } from '../../lib/consent/ledger.ts';
import { initialState } from '../../lib/consent/state.ts';
import { settingsKey } from '../../lib/organization/organization-items.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { METRICS, type MetricName } from '../../lib/telemetry/metrics.ts';
import { at, newEvent } from '../lib/consent/new-events.ts';
import { startBrokenDependencies } from '../setup/broken-dependencies.ts';
import { httpEvent } from '../setup/http-event.ts';
import { asLambda, context } from '../setup/lambda.ts';
import { countsIn } from '../setup/lines.ts';
import { CLIENT_CREDENTIALS } from '../setup/salesforce.ts';
import { AUTH_TOKEN, CLIENT_SECRET } from '../setup/secrets.ts';

const output = await vi.hoisted(async () => (await import('../setup/lines.ts')).collectLines());

const FOLDER = join(import.meta.dirname, '../../functions');
const FUNCTIONS = readdirSync(FOLDER);
const NUMBER = '+13035550142';
const BASE_URL = 'https://texts.example.com';
const TABLES = { consent: 'consent', configuration: 'configuration', outreach: 'outreach' };

let dependencies: Awaited<ReturnType<typeof startBrokenDependencies>>;
beforeAll(async () => {
  dependencies = await startBrokenDependencies();
  const { url } = dependencies;
  Object.assign(process.env, Object.fromEntries(Object.values(ENV).map((name) => [name, `${url}/queue`])), {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: CLIENT_SECRET,
    AWS_ENDPOINT_URL: url,
    [ENV.s3Endpoint]: url,
    [ENV.consentTable]: TABLES.consent,
    [ENV.configurationTable]: TABLES.configuration,
    [ENV.outreachTable]: TABLES.outreach,
    [ENV.publicBaseUrl]: BASE_URL,
    [ENV.cycleRateMinutes]: '5',
    [ENV.sender]: '+13035550100',
    [ENV.twilioBaseUrl]: url,
    [ENV.salesforceBaseUrl]: url,
    [ENV.twilioAuthTokenParameter]: 'auth-token',
    [ENV.twilioCredentialsParameter]: 'api-key',
    [ENV.salesforceCredentialsParameter]: 'salesforce',
  });
});
afterAll(() => dependencies.close());

function haveParameters(): void {
  const key = { accountSid: `AC${'0'.repeat(32)}`, apiKeySid: 'SK0', apiKeySecret: CLIENT_SECRET };
  dependencies.parameters
    .set('auth-token', AUTH_TOKEN)
    .set('api-key', JSON.stringify(key))
    .set('salesforce', JSON.stringify(CLIENT_CREDENTIALS));
}

const claims = { sub: 'user-1', username: 'ada', 'cognito:groups': '[admin]' };
const asked = (path: string) => httpEvent('GET', path, { claims });
const queued = (content: object, receives = 1) => ({
  Records: [
    {
      messageId: 'm1',
      body: JSON.stringify(content),
      attributes: { ApproximateReceiveCount: String(receives) },
    },
  ],
});
function webhook(path: string, fields: Record<string, string>) {
  const signature = webhooks.getExpectedTwilioSignature(AUTH_TOKEN, `${BASE_URL}${path}`, fields);
  const headers = { 'x-twilio-signature': signature };
  return httpEvent('POST', path, { headers, body: new URLSearchParams(fields).toString() });
}
const changed = (table: string, images: { readonly [name in 'OldImage' | 'NewImage']?: object }) => ({
  Records: [
    {
      eventSourceARN: `arn:aws:dynamodb:us-east-1:000000000000:table/${table}/stream/1`,
      dynamodb: {
        SequenceNumber: '4711',
        ...Object.fromEntries(Object.entries(images).map(([name, image]) => [name, marshall(image)])),
      },
    },
  ],
});
const consentEvent = () => {
  const { event } = appendEvent(initialState(NUMBER), newEvent('explicitWeb', 1), at(2));
  return marshallable({ ...eventKey(NUMBER, 1), ...event });
};
const marshallable = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

const sms = { MessageSid: `SM${'0'.repeat(32)}`, From: NUMBER, To: '+13035550100', Body: 'STOP' };
const news = { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'delivered' };
const callbackPath = '/twilio/status?message=lead.welcome.0';

interface Failing {
  readonly fn: keyof typeof METRICS;
  readonly when: string;
  readonly event: () => object;
  readonly counts: MetricName;
  /** The status of its answer, `again` for a batch of which one record comes again, `throws` for Lambda's `Errors`. */
  readonly ends: number | 'again' | 'throws';
}

const TOKENLESS: readonly Failing[] = [
  {
    fn: 'twilio-inbound',
    when: 'a STOP comes and the auth token cannot be read',
    event: () => webhook('/twilio/inbound', sms),
    counts: 'inboundFailed',
    ends: 503,
  },
  {
    fn: 'twilio-status',
    when: 'a callback comes and the auth token cannot be read',
    event: () => webhook(callbackPath, news),
    counts: 'callbackFailed',
    ends: 503,
  },
  {
    fn: 'sender-admin',
    when: 'an admin asks and the API key cannot be read',
    event: () => asked('/sender/check'),
    counts: 'senderRequestFailed',
    ends: 500,
  },
  {
    fn: 'send-gate',
    when: 'texts are due and the API key cannot be read',
    event: () => queued({ leadId: 'l', automationId: 'a', step: 0, number: NUMBER }),
    counts: 'textFailed',
    ends: 'throws',
  },
];

const BROKEN: readonly Failing[] = [
  {
    fn: 'form-webhook',
    when: 'a form is submitted',
    event: () => httpEvent('POST', '/forms/quote/submissions', { pathParameters: { formId: 'quote' } }),
    counts: 'submissionFailed',
    ends: 503,
  },
  {
    fn: 'twilio-inbound',
    when: 'a STOP comes',
    event: () => webhook('/twilio/inbound', sms),
    counts: 'inboundFailed',
    ends: 503,
  },
  {
    fn: 'twilio-status',
    when: 'a callback comes',
    event: () => webhook(callbackPath, news),
    counts: 'callbackFailed',
    ends: 503,
  },
  {
    fn: 'admin-api',
    when: 'an admin asks',
    event: () => asked('/settings'),
    counts: 'adminRequestFailed',
    ends: 500,
  },
  {
    fn: 'sender-admin',
    when: 'an admin asks and Twilio refuses the key',
    event: () => asked('/sender/check'),
    counts: 'senderRequestFailed',
    ends: 502,
  },
  {
    fn: 'sender-admin',
    when: 'Twilio is to be told of a consent',
    event: () => queued({ number: NUMBER }),
    counts: 'carrierListFailed',
    ends: 'again',
  },
  {
    fn: 'crm-lookup',
    when: 'an admin asks',
    event: () => asked('/crm/status'),
    counts: 'crmRequestFailed',
    ends: 500,
  },
  { fn: 'crm-lookup', when: 'the schedule runs', event: () => ({}), counts: 'crmFailed', ends: 'throws' },
  {
    fn: 'automation-cycle',
    when: 'a cycle runs',
    event: () => ({ kind: 'drip' }),
    counts: 'cycleFailed',
    ends: 'throws',
  },
  {
    fn: 'automation-cycle',
    when: 'the sweep runs',
    event: () => ({ sweep: true }),
    counts: 'cycleFailed',
    ends: 'throws',
  },
  {
    fn: 'send-gate',
    when: 'texts are due',
    event: () => queued({ leadId: 'l', automationId: 'a', step: 0, number: NUMBER }),
    counts: 'textFailed',
    ends: 'throws',
  },
  {
    fn: 'send-gate',
    when: 'a record cannot be read',
    event: () => queued({ number: NUMBER }),
    counts: 'textFailed',
    ends: 'throws',
  },
  {
    fn: 'consent-changes',
    when: 'somebody opted in',
    event: () => changed(TABLES.consent, { NewImage: consentEvent() }),
    counts: 'changeFailed',
    ends: 'again',
  },
  {
    fn: 'consent-changes',
    when: 'a requirement was switched off',
    event: () =>
      changed(TABLES.configuration, {
        OldImage: { ...settingsKey, organizationName: 'Acme', requireSmsOptIn: true },
        NewImage: { ...settingsKey, organizationName: 'Acme', requireSmsOptIn: false },
      }),
    counts: 'changeFailed',
    ends: 'again',
  },
  {
    fn: 'consent-changes',
    when: 'a change of a strange table comes',
    event: () => changed('strange', {}),
    counts: 'changeFailed',
    ends: 'throws',
  },
  { fn: 'jobs', when: 'a job runs', event: () => queued({ shard: 0 }), counts: 'jobFailed', ends: 'again' },
  {
    fn: 'publish-events',
    when: 'consent changed',
    event: () => changed(TABLES.consent, { NewImage: consentEvent() }),
    counts: 'publishFailed',
    ends: 'throws',
  },
  {
    fn: 'registry-jobs',
    when: 'an export runs',
    event: () => queued({ exportId: 'e1' }),
    counts: 'exportRetrying',
    ends: 'again',
  },
  {
    fn: 'registry-jobs',
    when: 'an export runs for the fifth time',
    event: () => queued({ exportId: 'e1' }, 5),
    counts: 'exportFailed',
    ends: 'throws',
  },
  { fn: 'reconcile', when: 'it runs', event: () => ({}), counts: 'reconcileFailed', ends: 'throws' },
];

/** Runs a function with one event, and checks how it ends, what it counts and what it writes. */
async function check({ fn, event, counts, ends }: Failing): Promise<void> {
  const { handler } = (await import(join(FOLDER, fn, 'handler.ts'))) as { handler: () => unknown };
  const invoke = asLambda<object, { statusCode?: number; body: string; batchItemFailures?: unknown }>(
    handler,
  );
  const given = event();
  const invocation = context();
  output.clear();
  const ended = await invoke(given, invocation).catch((error: unknown) => ({ thrown: error }));

  const apiRequestId = 'requestContext' in given && (given.requestContext as { requestId: string }).requestId;
  const ids = { requestId: invocation.awsRequestId, ...(apiRequestId && { apiRequestId }) };
  const logged = output.logged();
  expect(logged.filter(({ level }) => level === 'ERROR')).toMatchObject([ids]);
  for (const line of logged) expect(line).toMatchObject(ids);
  const failed = Object.entries(countsIn(output.metrics())).filter(([name]) => FAILED.has(name));
  expect(failed).toEqual([[counts, 1]]);
  expect(`${output.lines.join('\n')}${inspect(ended, { depth: null, showHidden: true })}`).not.toContain(
    '3035550142',
  );

  if (ends === 'throws') expect(ended).toHaveProperty('thrown');
  else if (ends === 'again') {
    const itemIdentifier = fn === 'consent-changes' ? '4711' : 'm1';
    expect(ended).toEqual({ batchItemFailures: [{ itemIdentifier }] });
  } else {
    const { statusCode, body } = ended as { statusCode: number; body: string };
    expect(statusCode).toBe(ends);
    expect(JSON.parse(body)).toMatchObject({ status: ends, requestId: apiRequestId });
  }
}

const FAILED = new Set<string>(
  Object.values(METRICS)
    .flat()
    .filter((name) => /(Failed|Retrying)$/.test(name) && name !== 'textRetrying'),
);

describe('a failure is counted once, logged once with the ids of its request, and names nobody', () => {
  test.each(TOKENLESS)('$fn: $when', check);
  describe('with every table, queue and service broken', () => {
    beforeAll(haveParameters);
    test.each(BROKEN)('$fn: $when', check);
  });
});

test('every function can fail, and every count of failures is proved to move', () => {
  const all = [...TOKENLESS, ...BROKEN];
  expect([...new Set(all.map(({ fn }) => fn))].toSorted()).toEqual(FUNCTIONS.toSorted());
  expect(Object.keys(METRICS).toSorted()).toEqual(FUNCTIONS.toSorted());
  expect([...new Set<string>(all.map(({ counts }) => counts))].toSorted()).toEqual([...FAILED].toSorted());
  for (const { fn, counts } of all) expect(METRICS[fn], fn).toContain(counts);
});

test.each(FUNCTIONS)('%s exports what middy returns', async (name) => {
  const { handler } = (await import(join(FOLDER, name, 'handler.ts'))) as { handler: { use?: unknown } };
  expect(handler).toBeTypeOf('function');
  expect(handler.use).toBeTypeOf('function');
});
