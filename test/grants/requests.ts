/** A request to an AWS service, as it was sent over the wire. */
export interface AwsRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The header `x-amz-target`; absent for S3. */
  readonly target: string | undefined;
  readonly body: string;
}

/** An action that a request takes, in IAM's words, and its resource, in the request's words. */
export interface Used {
  readonly action: string;
  /** A table (with `/index/<name>`), queue URL, bus, parameter or `bucket/key`. */
  readonly resource: string;
  /** Partition keys that a request to a table names. */
  readonly partitions?: readonly string[];
}

type Body = Readonly<Record<string, unknown>>;
const ofTable = (name: unknown) => String(name).split('/').at(-1) ?? '';

/**
 * Lists the permissions that a request needs. A transaction needs the action of each of its items.
 *
 * @throws Error for an unknown request: its permissions must be added here.
 */
export function usesOf({ method, path, target, body }: AwsRequest): Used[] {
  if (target === undefined) return [objectUse(method, path)];
  const [service = '', operation = ''] = target.split('.');
  const given = JSON.parse(body) as Body;
  if (service.startsWith('DynamoDB_')) return tableUses(operation, given);
  if (service === 'AmazonSQS' && operation.startsWith('SendMessage')) {
    return [{ action: 'sqs:SendMessage', resource: String(given['QueueUrl']) }];
  }
  if (service === 'AWSEvents' && operation === 'PutEvents') {
    const buses = (given['Entries'] as Body[]).map((entry) => String(entry['EventBusName']));
    return [...new Set(buses)].map((resource) => ({ action: 'events:PutEvents', resource }));
  }
  if (service === 'AmazonSSM' && operation === 'GetParameter') {
    return [{ action: 'ssm:GetParameter', resource: String(given['Name']) }];
  }
  throw new Error(`test/grants/requests.ts does not say what ${target} needs to be allowed`);
}

function tableUses(operation: string, given: Body): Used[] {
  switch (operation) {
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return (given['TransactItems'] as Record<string, Body>[]).flatMap((item) =>
        Object.entries(item).map(([kind, action]) => {
          const name = kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`;
          return itemUse(name, action);
        }),
      );
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.entries(given['RequestItems'] as Record<string, Body>).map(([table, asked]) => ({
        action: `dynamodb:${operation}`,
        resource: ofTable(table),
        partitions: ((asked['Keys'] ?? []) as Body[]).flatMap(partitionOf),
      }));
    default:
      return [itemUse(operation, given)];
  }
}

function itemUse(operation: string, given: Body): Used {
  const index = given['IndexName'] === undefined ? '' : `/index/${given['IndexName']}`;
  const values = (given['ExpressionAttributeValues'] ?? {}) as Record<string, Record<string, unknown>>;
  const asked = operation === 'Query' && index === '' ? Object.values(values) : [];
  return {
    action: `dynamodb:${operation}`,
    resource: `${ofTable(given['TableName'])}${index}`,
    partitions: [
      ...partitionOf((given['Key'] ?? given['Item'] ?? {}) as Body),
      ...asked.map(({ S }) => String(S)),
    ],
  };
}

function partitionOf(key: Body): string[] {
  const value = (key['pk'] as { readonly S?: string } | undefined)?.S;
  return value === undefined ? [] : [value];
}

/** Names the permission of an S3 request. All parts of an upload need the same one. */
function objectUse(method: string, path: string): Used {
  const url = new URL(path, 'http://bucket');
  const resource = decodeURIComponent(url.pathname.slice(1));
  if (method === 'DELETE' && url.searchParams.has('uploadId')) {
    return { action: 's3:AbortMultipartUpload', resource };
  }
  if (method === 'PUT' || method === 'POST') return { action: 's3:PutObject', resource };
  if (method === 'GET' && url.pathname.split('/').length > 2) return { action: 's3:GetObject', resource };
  throw new Error(`test/grants/requests.ts does not say what ${method} ${path} needs to be allowed`);
}
