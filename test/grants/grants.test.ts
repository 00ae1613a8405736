import { readFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import type { Template } from '../../infra/local/template.ts';
import { findDifferences, parseUsedLine, type UsedLine } from './compare.ts';
import { grantsIn } from './granted.ts';
import { usedByThePlatform } from './platform.ts';
import { usesOf } from './requests.ts';

const template = JSON.parse(readFileSync(inject('templatePath'), 'utf8')) as Template;
const grants = grantsIn(template);
const platform = (action: string) => /^(kms|logs|xray):/.test(action);

/** Every grant of the stack, as if it were used. */
const all: UsedLine[] = grants.allowed.map((line) => ({ ...line }));

test('a role that allows what is used, and no more, has no differences', () => {
  expect(findDifferences(grants, all)).toEqual([]);
});

test('what a function uses without a grant is told, and so is a grant that nothing uses', () => {
  const less = {
    ...grants,
    allowed: grants.allowed.filter(({ action }) => action !== 'dynamodb:ConditionCheckItem'),
  };
  expect(findDifferences(less, all)).toEqual([
    'send-gate: dynamodb:ConditionCheckItem on CONSENT_TABLE is used and not granted. Grant it in infra/capabilities.',
    'send-gate: dynamodb:ConditionCheckItem on OUTREACH_TABLE is used and not granted. Grant it in infra/capabilities.',
  ]);
  const used = all.filter(
    ({ functionName, action }) => functionName !== 'automation-cycle' || action !== 'sqs:SendMessage',
  );
  expect(findDifferences(grants, used)).toEqual([
    'automation-cycle: sqs:SendMessage on PRIORITY_QUEUE_URL is granted and no test used it. Take it away, or test what needs it.',
    'automation-cycle: sqs:SendMessage on BULK_QUEUE_URL is granted and no test used it. Take it away, or test what needs it.',
  ]);
});

test('the secrets with which builders sign are denied to functions that may read the rest of their table', () => {
  const reads = (functionName: string) =>
    findDifferences(grants, [
      ...all,
      parseUsedLine(`${functionName} dynamodb:GetItem CONFIGURATION_TABLE FORM_SECRET`),
    ]);
  expect(reads('form-webhook')).toEqual([]);
  expect(reads('twilio-inbound')).toEqual([expect.stringContaining('(FORM_SECRET) is used and not granted')]);
});

test('a wildcard that nothing explains is told', () => {
  const wild = { functionName: 'send-gate', action: 'dynamodb:*', resource: 'OUTREACH_TABLE' };
  expect(findDifferences({ ...grants, allowed: [...grants.allowed, wild] }, [...all, wild])).toEqual([
    expect.stringContaining('dynamodb:* on OUTREACH_TABLE is a wildcard'),
  ]);
});

test('what Lambda does by itself is read off the template: polling, logs, traces and keys', () => {
  const own = all.filter(({ action }) => !platform(action));
  const lines = usedByThePlatform(template, own).map(
    ({ functionName, action, resource }) => `${functionName} ${action} ${resource}`,
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'send-gate sqs:ReceiveMessage PRIORITY_QUEUE_URL',
      'publish-events dynamodb:GetRecords OUTREACH_TABLE/stream',
      'admin-api s3:GetObject EXPORT_BUCKET/exports/*',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('automation-cycle kms:'))).toHaveLength(4);
  expect(lines).not.toContain('twilio-inbound sqs:ReceiveMessage PRIORITY_QUEUE_URL');
});

test('a transaction needs the action of each of its items, an index is a resource of its own', () => {
  const item = (table: string) => ({ TableName: table, Key: { pk: { S: 'a' } }, Item: { pk: { S: 'a' } } });
  const request = (target: string, body: object) =>
    usesOf({ method: 'POST', path: '/', target, body: JSON.stringify(body) });
  const TransactItems = [{ Put: item('one') }, { ConditionCheck: item('two') }, { Update: item('one') }];
  expect(request('DynamoDB_20120810.TransactWriteItems', { TransactItems })).toMatchObject([
    { action: 'dynamodb:PutItem', resource: 'one', partitions: ['a'] },
    { action: 'dynamodb:ConditionCheckItem', resource: 'two' },
    { action: 'dynamodb:UpdateItem', resource: 'one' },
  ]);
  expect(request('DynamoDB_20120810.Query', { TableName: 'one', IndexName: 'work' })).toMatchObject([
    { action: 'dynamodb:Query', resource: 'one/index/work' },
  ]);
  expect(() => request('AmazonSQS.PurgeQueue', {})).toThrow('AmazonSQS.PurgeQueue');
});
