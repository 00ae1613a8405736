import { describe, expect, test } from 'vitest';
import { createResolver } from '../../infra/local/intrinsics.ts';

const template = {
  Parameters: { Stage: { Default: 'live' } },
  Mappings: { Sizes: { small: { memory: 256 } } },
  Resources: { Consent: { Type: 'AWS::DynamoDB::Table' }, Key: { Type: 'AWS::KMS::Key' } },
};
const references = new Map([
  ['Consent', 'consent-table'],
  ['Consent.StreamArn', 'arn:stream'],
]);
const resolve = createResolver(template, references);

describe('the resolver of CloudFormation functions', () => {
  test.each([
    ['a reference to what runs here', { Ref: 'Consent' }, 'consent-table'],
    ['a reference to what does not', { Ref: 'Key' }, 'Key'],
    ['a parameter', { Ref: 'Stage' }, 'live'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['an attribute', { 'Fn::GetAtt': ['Consent', 'StreamArn'] }, 'arn:stream'],
    ['an attribute in one string', { 'Fn::GetAtt': 'Consent.StreamArn' }, 'arn:stream'],
    [
      'the ARN of what does not run here',
      { 'Fn::GetAtt': ['Key', 'Arn'] },
      'arn:aws:kms:us-east-1:000000000000:Key',
    ],
    ['a join of references', { 'Fn::Join': ['/', ['a', { Ref: 'Consent' }]] }, 'a/consent-table'],
    [
      'a substitution',
      { 'Fn::Sub': `\${Consent}:\${Consent.StreamArn}:\${!Kept}` },
      `consent-table:arn:stream:\${Kept}`,
    ],
    ['a substitution with names of its own', { 'Fn::Sub': [`\${Name}`, { Name: { Ref: 'Stage' } }] }, 'live'],
    [
      'a part of a split',
      { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': 'Consent.StreamArn' }] }] },
      'stream',
    ],
    ['a mapping', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 256],
    ['everything inside', { a: [{ b: { Ref: 'Stage' } }] }, { a: [{ b: 'live' }] }],
    ['no value, which leaves its property out', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
  ])('resolves %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test.each([
    [{ Ref: 'Nobody' }, 'Nobody'],
    [{ 'Fn::GetAtt': ['Nobody', 'Arn'] }, 'Nobody'],
    [{ 'Fn::ImportValue': 'other-stack' }, 'Fn::ImportValue'],
  ])('names what it cannot resolve in %j', (value, named) => {
    expect(() => resolve(value)).toThrow(named);
  });
});
