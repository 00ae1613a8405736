import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { pauseBeforeRetry } from './dynamodb.ts';
import { parameterEndpoint } from './env.ts';
import { callHttp, type HttpReply } from './http-request.ts';

const TIMEOUT_MILLISECONDS = 3_000;
const MAXIMUM_ATTEMPTS = 4;
const answerSchema = z.object({ Parameter: z.object({ Value: z.string().min(1) }) });
const faultSchema = z.object({ __type: z.string() });
/** Matches the faults of Systems Manager after which a retry can help. */
const TRANSIENT = /Throttl|TooManyRequests|InternalServerError|ServiceUnavailable/;

/** Makes no requests. It provides the SDK's region, credentials and signer. */
let sdk: DynamoDBClient | undefined;

/**
 * Reads one SecureString of Systems Manager, decrypted.
 *
 * The request is signed by the DynamoDB client that every function has already: Systems Manager's own client would add 6 ms to
 * each cold start (decision 044).
 *
 * @param name path of the parameter. @returns its value.
 * @throws Error with the name of the fault when the parameter cannot be read, or NoAnswer when the last attempt got no answer.
 */
export async function readParameter(name: string): Promise<string> {
  let fault = '';
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    if (attempt > 0) await pauseBeforeRetry(attempt);
    const reply = await requestParameter(name).catch((error: unknown) => {
      if (attempt === MAXIMUM_ATTEMPTS - 1) throw error;
    });
    if (reply?.statusCode === 200) return answerSchema.parse(JSON.parse(reply.body)).Parameter.Value;
    fault = reply ? faultOf(reply) : 'no answer';
    const isTransient = !reply || reply.statusCode >= 500 || TRANSIENT.test(fault);
    if (!isTransient) break;
  }
  throw new Error(`The parameter ${name} cannot be read: ${fault}`);
}

async function requestParameter(Name: string): Promise<HttpReply> {
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
