import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, test } from 'vitest';
import { CLAIM_GRACE_SECONDS } from '../../functions/reconcile/settle-claims.ts';
import { createApp } from '../../infra/create-app.ts';
import { crmApi } from '../../lib/crm/crm-api.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { senderApi } from '../../lib/sender/sender-api.ts';

const outdir = mkdtempSync(join(tmpdir(), 'sendgate-infra-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
const assembly = createApp({ outdir, bundling: false }).synth();
const templateOf = (name: string) => Template.fromJSON(assembly.getStackByName(`sendgate-${name}`).template);
const demo = templateOf('demo');
const acme = templateOf('acme-roofing');

type Properties = Record<string, unknown>;

/** Returns the logical id that a `Fn::GetAtt` names. */
function getAtt(value: unknown): string {
  return (value as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0] ?? '';
}
const resources = (type: string, template = demo) =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => ({
    id,
    properties: Properties as Properties,
  }));

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** Lists what a function's role may do, as `action resource` lines. */
function grantsOf(functionName: string): string[] {
  const fn = resources('AWS::Lambda::Function').find(
    ({ properties }) => properties['FunctionName'] === `sendgate-demo-${functionName}`,
  );
  const role = getAtt(fn?.properties['Role']);
  return resources('AWS::IAM::Policy')
    .filter(({ properties }) => JSON.stringify(properties['Roles']).includes(`"${role}"`))
    .flatMap(({ properties }) => (properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
    .flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => `${action} ${JSON.stringify(resource)}`)),
    );
}

const FUNCTIONS = [
  'form-webhook',
  'twilio-inbound',
  'twilio-status',
  'admin-api',
  'registry-jobs',
  'sender-admin',
  'automation-cycle',
  'send-gate',
  'consent-changes',
  'publish-events',
  'crm-lookup',
  'reconcile',
];
const may = (functionName: string, pattern: RegExp) =>
  grantsOf(functionName).some((grant) => pattern.test(grant));
const those = (pattern: RegExp) => FUNCTIONS.filter((name) => may(name, pattern));

test('only send-gate, reconcile and sender-admin can read the Twilio API key, only the webhooks the token that signs', () => {
  // sender-admin sets the sender up at Twilio (decision 090); it can neither send a lead's text nor read leads.
  expect(those(/^ssm:.*api-key/)).toEqual(['sender-admin', 'send-gate', 'reconcile']);
  expect(grantsOf('sender-admin').join('\n')).not.toMatch(/outreach/);
  expect(those(/^ssm:.*auth-token/)).toEqual(['twilio-inbound', 'twilio-status']);
});

test('only crm-lookup can read the Salesforce credentials, and none of Twilio', () => {
  expect(those(/^ssm:.*salesforce/)).toEqual(['crm-lookup']);
  expect(grantsOf('crm-lookup').filter((grant) => grant.startsWith('ssm:'))).toHaveLength(1);
  expect(may('crm-lookup', /^dynamodb:(UpdateItem|DeleteItem) .*consenttable/)).toBe(false);
});

test('T6 who adds opt-ins to campaigns may page through the list by keyword, and read nothing else of consent', () => {
  const grants = grantsOf('consent-changes').filter((grant) => /^dynamodb:.*consenttable/.test(grant));
  const reads = grants.filter((grant) => !/Stream|ShardIterator|GetRecords/.test(grant));
  expect(reads).toEqual([expect.stringMatching(/^dynamodb:Query .*consenttable.*\/index\/keyword"/)]);
});

test('nobody may delete from the consent registry, and only those who hear of consent may add to it', () => {
  const onConsent = (action: string) => new RegExp(`^dynamodb:${action} .*consenttable`);
  expect(those(onConsent('(DeleteItem|UpdateItem|BatchWriteItem)'))).toEqual([]);
  expect(those(onConsent('PutItem'))).toEqual([
    'form-webhook',
    'twilio-inbound',
    'twilio-status',
    // admin-api records the opt-ins that admins and agents enter or import, with their name and the proof (S6).
    'admin-api',
    'sender-admin',
    'send-gate',
    'crm-lookup',
    'reconcile',
  ]);
  expect(those(onConsent('ConditionCheckItem'))).toEqual(['send-gate']);
  const [table] = resources('AWS::DynamoDB::Table').filter(
    ({ properties }) => properties['TableName'] === 'sendgate-demo-consent',
  );
  expect(JSON.stringify(table?.properties['ResourcePolicy'])).toMatch(/"Deny".*|.*dynamodb:DeleteItem/);
  expect(table?.properties['ResourcePolicy']).toMatchObject({
    PolicyDocument: {
      Statement: [
        { Effect: 'Deny', Action: expect.arrayContaining(['dynamodb:DeleteItem', 'dynamodb:PartiQLDelete']) },
      ],
    },
  });
});

test('the cycle cannot touch consent or send; the gate cannot change settings; wildcards are for tracing only', () => {
  expect(grantsOf('automation-cycle').join('\n')).not.toMatch(/consent|ssm:/);
  expect(may('send-gate', /^dynamodb:(PutItem|UpdateItem|DeleteItem) .*configuration/)).toBe(false);
  for (const name of FUNCTIONS) {
    const wild = grantsOf(name).filter((grant) => grant.endsWith(' "*"'));
    expect(wild.filter((grant) => !/^(xray:|dynamodb:ListStreams)/.test(grant))).toEqual([]);
  }
});

test('the secrets with which form builders sign can be read by form-webhook alone, not by who stores them', () => {
  const denied = resources('AWS::IAM::Policy').filter(({ properties }) =>
    (properties['PolicyDocument'] as { Statement: (Statement & { Condition?: unknown })[] }).Statement.some(
      ({ Effect, Action, Condition }) =>
        Effect === 'Deny' &&
        ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'].every((action) =>
          Action.includes(action),
        ) &&
        JSON.stringify(Condition) === '{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":["FORM_SECRET"]}}',
    ),
  );
  const roles = JSON.stringify(denied.map(({ properties }) => properties['Roles']));
  const readers = those(/^dynamodb:GetItem .*configurationtable/).filter((name) => name !== 'form-webhook');
  expect(readers).toContain('admin-api');
  const roleOf = (name: string) =>
    getAtt(
      resources('AWS::Lambda::Function').find(
        ({ properties }) => properties['FunctionName'] === `sendgate-demo-${name}`,
      )?.properties['Role'],
    );
  for (const name of readers) expect(roles, name).toContain(`"${roleOf(name)}"`);
  expect(roles).not.toContain(`"${roleOf('form-webhook')}"`);
  const filters = JSON.stringify(
    resources('AWS::Lambda::EventSourceMapping').map(({ properties }) => properties),
  );
  expect(filters).toContain('anything-but');
});

test('S7 exports lie encrypted with our key, TLS only, never public, and expire; one function writes, one hands out links', () => {
  demo.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
      ],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        Match.objectLike({ ExpirationInDays: 7, Status: 'Enabled' }),
        Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } }),
      ]),
    },
  });
  demo.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    },
  });
  expect(those(/^s3:PutObject/)).toEqual(['registry-jobs']);
  expect(those(/^s3:GetObject/)).toEqual(['admin-api']);
  expect(those(/^s3:(Delete|List|\*)/)).toEqual([]);
  // Only exports read the whole table.
  expect(those(/^dynamodb:Scan/)).toEqual(['registry-jobs']);
});

test('every table is recoverable, encrypted with our key, retained and protected; consent has a stream', () => {
  const tables = Object.values(demo.findResources('AWS::DynamoDB::Table'));
  expect(tables).toHaveLength(3);
  for (const table of tables) {
    expect(table).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      },
    });
  }
  demo.hasResourceProperties('AWS::DynamoDB::Table', {
    TableName: 'sendgate-demo-consent',
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  });
});

test('every queue has dead letters and hides a record for six times its consumer, and retries are bounded', () => {
  const timeouts = new Map(
    resources('AWS::Lambda::Function').map(({ id, properties }) => [id, Number(properties['Timeout'])]),
  );
  const mappings = resources('AWS::Lambda::EventSourceMapping').filter(
    ({ properties }) => properties['FunctionResponseTypes'],
  );
  const queues = new Map(resources('AWS::SQS::Queue').map(({ id, properties }) => [id, properties]));
  let seen = 0;
  for (const { properties } of mappings) {
    expect(properties['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
    const source = getAtt(properties['EventSourceArn']);
    const queue = queues.get(source);
    if (!queue) continue;
    seen++;
    const consumer = (properties['FunctionName'] as { Ref: string }).Ref;
    expect(Number(queue['VisibilityTimeout'])).toBeGreaterThanOrEqual(
      6 * (timeouts.get(consumer) ?? Number.NaN),
    );
    expect(queue['RedrivePolicy']).toMatchObject({ maxReceiveCount: 5 });
  }
  expect(seen).toBe(5);
});

test("reconcile waits far longer than a gate's whole life", () => {
  const [gate] = resources('AWS::Lambda::Function').filter(
    ({ properties }) => properties['FunctionName'] === 'sendgate-demo-send-gate',
  );
  expect(CLAIM_GRACE_SECONDS).toBeGreaterThanOrEqual(10 * Number(gate?.properties['Timeout']));
});

test('every route but the public ones takes a token, and the public ones have limits of their own', () => {
  const routes = resources('AWS::ApiGatewayV2::Route').map(({ properties }) => ({
    key: String(properties['RouteKey']),
    type: String(properties['AuthorizationType']),
  }));
  const open = routes
    .filter(({ type }) => type === 'NONE')
    .map(({ key }) => key)
    .sort();
  expect(open).toEqual([
    'GET /forms/{formId}/opt-in-question',
    'GET /forms/{formId}/submissions',
    'POST /forms/{formId}/submissions',
    'POST /twilio/inbound',
    'POST /twilio/status',
  ]);
  expect(routes.filter(({ type }) => type === 'JWT')).toHaveLength(
    5 + Object.keys(senderApi).length + Object.keys(crmApi).length,
  );
  const [stage] = resources('AWS::ApiGatewayV2::Stage');
  expect(Object.keys(stage?.properties['RouteSettings'] ?? {}).sort()).toEqual(open);
});

test('every log expires, every function runs Node 24 on arm64, and every variable is one that the code reads', () => {
  for (const { properties } of resources('AWS::Logs::LogGroup'))
    expect(properties['RetentionInDays']).toBe(30);
  const known = new Set<string>(Object.values(ENV));
  for (const { properties } of resources('AWS::Lambda::Function')) {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
    });
    const { Variables } = properties['Environment'] as { Variables: object };
    const ours = Object.keys(Variables).filter((name) => !name.startsWith('POWERTOOLS_'));
    expect(ours.filter((name) => !known.has(name))).toEqual([]);
  }
});

test('every alarm says who is harmed, and goes to the address of the organization', () => {
  const alarms = resources('AWS::CloudWatch::Alarm');
  expect(alarms.length).toBeGreaterThan(10);
  for (const { properties } of alarms) {
    expect(String(properties['AlarmDescription'])).toMatch(
      /(Someone|Somebody|Nobody|A person|Agents|Admins|Leads|leads|Texts)/,
    );
    expect(properties['AlarmActions']).toHaveLength(1);
  }
  demo.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: 'Someone who texted STOP may still be texted: a received text could not be taken.',
  });
});

test('two organizations share nothing', () => {
  const names = (template: Template) =>
    JSON.stringify(template.toJSON()).match(/sendgate[-/](demo|acme-roofing)[\w/-]*/g) ?? [];
  expect(names(demo).filter((name) => name.includes('acme'))).toEqual([]);
  expect(names(acme).filter((name) => name.includes('demo'))).toEqual([]);
  expect(JSON.stringify([demo.toJSON(), acme.toJSON()])).not.toContain('Fn::ImportValue');
});

test('X8 only publish-events may publish, to the bus of its organization alone, and it may read and write no table', () => {
  demo.hasResourceProperties('AWS::Events::EventBus', {
    Name: 'sendgate-demo',
    KmsKeyIdentifier: Match.anyValue(),
  });
  expect(those(/^events:/)).toEqual(['publish-events']);
  const grants = grantsOf('publish-events').filter((grant) => !/^(xray|logs|kms):/.test(grant));
  const actions = new Set(grants.map((grant) => grant.slice(0, grant.indexOf(' '))));
  expect([...actions].toSorted()).toEqual([
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    'events:PutEvents',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:SendMessage',
  ]);
  expect(grants.filter((grant) => grant.startsWith('events:')).join()).toMatch(
    /events:PutEvents .*eventsbus/,
  );
});

test('X8 an outage of the bus loses no event: twelve hours of trying again, then a dead-letter queue that rings', () => {
  const [bus] = resources('AWS::Lambda::Function').filter(
    ({ properties }) => properties['FunctionName'] === 'sendgate-demo-publish-events',
  );
  const mappings = resources('AWS::Lambda::EventSourceMapping').filter(
    ({ properties }) => (properties['FunctionName'] as { Ref: string }).Ref === bus?.id,
  );
  expect(mappings).toHaveLength(2);
  for (const { properties } of mappings) {
    expect(properties).toMatchObject({
      MaximumRecordAgeInSeconds: 12 * 3600,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: expect.anything() } },
    });
  }
  for (const id of ['publish-events-behind', 'publish-events-errors', 'unpublished-dead-letters']) {
    demo.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: `sendgate-demo-${id}` });
  }
});
