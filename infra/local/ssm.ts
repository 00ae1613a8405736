import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Ssm {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Systems Manager's parameter store: `GetParameter` and `GetParameters` over the protocol that
 * the AWS SDK speaks.
 *
 * @param parameters values by name.
 * @param port by default a free one.
 */
export async function startSsm(parameters: Readonly<Record<string, string>>, port = 0): Promise<Ssm> {
  const server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target'] ?? '').replace('AmazonSSM.', '');
    const [status, answer] = respond(action, await readJson(request), new Map(Object.entries(parameters)));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

async function readJson(request: IncomingMessage): Promise<{ Name?: string; Names?: string[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) ?? {};
  } catch {
    return {};
  }
}

function respond(
  action: string,
  asked: { Name?: string; Names?: string[] },
  parameters: ReadonlyMap<string, string>,
): [status: number, body: unknown] {
  const describe = (name: string) => ({
    Name: name,
    Type: 'SecureString',
    Value: parameters.get(name),
    Version: 1,
    ARN: `arn:aws:ssm:us-east-1:000000000000:parameter${name}`,
    DataType: 'text',
  });
  if (action === 'GetParameter') {
    if (!parameters.has(asked.Name ?? '')) return [400, { __type: 'ParameterNotFound' }];
    return [200, { Parameter: describe(asked.Name ?? '') }];
  }
  if (action === 'GetParameters') {
    const names = asked.Names ?? [];
    return [
      200,
      {
        Parameters: names.filter((name) => parameters.has(name)).map(describe),
        InvalidParameters: names.filter((name) => !parameters.has(name)),
      },
    ];
  }
  return [400, { __type: 'UnsupportedOperation', message: `There is no ${action} here` }];
}
