import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readParameter } from '../../../lib/runtime/parameter.ts';

const answers: [status: number, body: unknown][] = [];
const asked: { headers: IncomingHttpHeaders; body: string }[] = [];
const ssm = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  asked.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
  const [status, body] = answers.shift() ?? [500, {}];
  response.writeHead(status).end(JSON.stringify(body));
});

beforeEach(async () => {
  await new Promise<void>((resolve) => ssm.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${(ssm.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  answers.length = 0;
  asked.length = 0;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => ssm.close(resolve).closeAllConnections());
});

test('a parameter is asked for decrypted, in a request signed for Systems Manager with the role of the function', async () => {
  answers.push([200, { Parameter: { Value: 'token' } }]);
  expect(await readParameter('/sendgate/acme/twilio/auth-token')).toBe('token');
  const [{ headers, body } = { headers: {}, body: '' }] = asked;
  expect(JSON.parse(body)).toEqual({ Name: '/sendgate/acme/twilio/auth-token', WithDecryption: true });
  expect(headers['x-amz-target']).toBe('AmazonSSM.GetParameter');
  expect(headers['x-amz-security-token']).toBe('session');
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/ssm\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/,
  );
});

test('Systems Manager being busy is waited out; a parameter that is not there is said at once', async () => {
  answers.push([400, { __type: 'ThrottlingException' }], [503, {}], [200, { Parameter: { Value: 'token' } }]);
  expect(await readParameter('/x')).toBe('token');
  answers.push([400, { __type: 'ParameterNotFound' }]);
  await expect(readParameter('/x')).rejects.toThrow('The parameter /x cannot be read: ParameterNotFound');
  expect(asked).toHaveLength(4);
});
