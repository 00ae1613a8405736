import {
  listProperty,
  nestedProperty,
  referencedId,
  resourcesOf,
  type Template,
} from '../../infra/local/template.ts';
import { functionsIn, type Line, namesIn } from './granted.ts';

const RECEIVE = [
  'sqs:ReceiveMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueUrl',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
];
const FOLLOW = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
const GIVE_UP = ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'];
const WRITE = /^(dynamodb:(Put|Update|Delete)Item|sqs:SendMessage|s3:PutObject)$/;
const ENCRYPTED = /^(dynamodb|sqs|s3):/;

/**
 * Lists what Lambda and other services do with a function's role without a request of its code: they write logs and traces, read
 * queues and streams, and use keys.
 *
 * @param used uses by the functions' own code.
 */
export function usedByThePlatform(template: Template, used: readonly Line[]): Line[] {
  const byMappings = mappingLines(template);
  const all = [...used, ...byMappings];
  const own = functionsIn(template).flatMap(({ id, functionName }) => [
    ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords'].map((action) => ({
      functionName,
      action,
      resource: '*',
    })),
    ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
      functionName,
      action,
      resource: logGroupOf(template, id),
    })),
  ]);
  const signedLinks = functionsIn(template)
    .filter(({ functionName }) => functionName === 'admin-api')
    // A person who follows a link that the admin API signed acts with its role.
    .map(({ functionName }) => ({
      functionName,
      action: 's3:GetObject',
      resource: 'EXPORT_BUCKET/exports/*',
    }));
  return [...byMappings, ...own, ...signedLinks, ...keyLines(template, [...all, ...signedLinks])];
}

function logGroupOf(template: Template, functionId: string): string {
  const logging = nestedProperty(template.Resources[functionId]?.Properties?.['LoggingConfig']);
  return referencedId(logging['LogGroup']) ?? '';
}

/** Lists what event source mappings do: they poll with the roles of their functions. */
function mappingLines(template: Template): Line[] {
  const nameOf = namesIn(template);
  const functionNames = new Map(functionsIn(template).map(({ id, functionName }) => [id, functionName]));
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(([, mapping]) => {
    const functionName = functionNames.get(referencedId(mapping['FunctionName']) ?? '') ?? '';
    const [, attribute] = listProperty(nestedProperty(mapping['EventSourceArn'])['Fn::GetAtt']);
    const source = nameOf(referencedId(mapping['EventSourceArn']) ?? '');
    const onFailure = nestedProperty(nestedProperty(mapping['DestinationConfig'])['OnFailure'])[
      'Destination'
    ];
    const destination = nameOf(referencedId(onFailure) ?? '');
    const lines = (actions: readonly string[], resource: string) =>
      actions.map((action) => ({ functionName, action, resource }));
    return [
      ...(attribute === 'StreamArn'
        ? [...lines(FOLLOW, `${source}/stream`), ...lines(['dynamodb:ListStreams'], '*')]
        : lines(RECEIVE, source)),
      ...(destination === '' ? [] : lines(GIVE_UP, destination)),
    ];
  });
}

/** Lists uses of the stack's key, which encrypts everything: reading decrypts, writing makes data keys as well. */
function keyLines(template: Template, used: readonly Line[]): Line[] {
  const [key = ''] = resourcesOf(template, 'AWS::KMS::Key').map(([id]) => id);
  return functionsIn(template).flatMap(({ functionName }) => {
    const own = used.filter((line) => line.functionName === functionName && ENCRYPTED.test(line.action));
    const actions = [
      ...(own.length > 0 ? ['kms:Decrypt'] : []),
      ...(own.some(({ action }) => WRITE.test(action))
        ? ['kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*']
        : []),
      ...(own.some(({ resource }) => resource.endsWith('/stream')) ? ['kms:DescribeKey'] : []),
    ];
    return actions.map((action) => ({ functionName, action, resource: key }));
  });
}
