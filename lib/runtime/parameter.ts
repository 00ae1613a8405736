import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { pauseBeforeRetry } from './dynamodb.ts';
import { parameterEndpoint } from './env.ts';
import { callHttp, type HttpReply } from './http-request.ts';

const TIMEOUT_MILLISECONDS = 3_000;
const MAXIMUM_ATTEMPTS = 4;
const answerSchema = z.object({ Parameter: z.object({ Value: z.string().min(1) }) });
const faultSchema = z.object({ __type: z.string() });
/** What Systems Manager says when the same question may be answered later. */
const PASSING = /Throttl|TooManyRequests|InternalServerError|ServiceUnavailable/;

/** Never asked anything: what is used of it is how the SDK finds region and credentials, and how it signs. */
let sdk: DynamoDBClient | undefined;

/**
 * Reads one SecureString of Systems Manager, decrypted.
 *
 * It is one request of one shape, signed by the SDK that every function carries already; Systems Manager's own client cost each
 * cold start 6 ms for it (decision 044).
 *
 * @throws Error when the parameter cannot be read, with the name of the fault.
 */
export async function readParameter(name: string): Promise<string> {
  let fault = '';
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const reply = await ask(name).catch((error: unknown) => {
      if (attempt === MAXIMUM_ATTEMPTS - 1) throw error;
    });
    if (reply?.statusCode === 200) return answerSchema.parse(JSON.parse(reply.body)).Parameter.Value;
    fault = reply ? faultOf(reply) : 'no answer';
    const mayPass = !reply || reply.statusCode >= 500 || PASSING.test(fault);
    if (!mayPass) break;
  }
  throw new Error(`The parameter ${name} cannot be read: ${fault}`);
}

async function ask(Name: string): Promise<HttpReply> {
  sdk ??= new DynamoDBClient({});
  const region = await sdk.config.region();
  const url = new URL(
    parameterEndpoint() ?? `https://ssm.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  );
  const body = JSON.stringify({ Name, WithDecryption: true });
  const signer = await sdk.config.signer({
    name: 'sigv4',
    signingName: 'ssm',
    signingRegion: region,
    properties: {},
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: {},
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.GetParameter',
    },
    body,
  });
  return callHttp({ method: 'POST', url, headers, body, timeoutMilliseconds: TIMEOUT_MILLISECONDS });
}

function faultOf({ statusCode, body }: HttpReply): string {
  try {
    return faultSchema.parse(JSON.parse(body)).__type;
  } catch {
    return `status ${statusCode}`;
  }
}
