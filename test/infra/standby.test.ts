import { expect, test } from 'vitest';
import { referencedId, resourcesOf } from '../../infra/local/template.ts';
import { standbyTemplate } from '../../infra/ops/backup/local-tables.ts';

const template = standbyTemplate();

test('a stack that stands by calls nothing by itself and follows no table: what is restored into it is no news', () => {
  const rules = resourcesOf(template, 'AWS::Events::Rule').map(([, { State }]) => State);
  expect(rules.length).toBeGreaterThan(5);
  expect(new Set(rules)).toEqual(new Set(['DISABLED']));
  const tables = resourcesOf(template, 'AWS::DynamoDB::Table');
  expect(tables).toHaveLength(3);
  for (const [, properties] of tables) expect(properties['StreamSpecification']).toBeUndefined();
  const queues = new Set(resourcesOf(template, 'AWS::SQS::Queue').map(([id]) => id));
  const sources = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(
    ([, { EventSourceArn }]) => referencedId(EventSourceArn) ?? '',
  );
  expect(sources.length).toBeGreaterThan(3);
  expect(sources.filter((source) => !queues.has(source))).toEqual([]);
});

test('it is the same stack otherwise: tables, indexes and names are those that the organization goes on with', () => {
  const [consent] = resourcesOf(template, 'AWS::DynamoDB::Table').filter(
    ([, { TableName }]) => TableName === 'sendgate-demo-consent',
  );
  expect(consent?.[1]['GlobalSecondaryIndexes']).toHaveLength(4);
  expect(consent?.[1]).toMatchObject({ DeletionProtectionEnabled: true });
});
