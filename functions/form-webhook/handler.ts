import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createConfiguration } from '../../lib/configuration/configuration.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createCrmJobQueue } from '../../lib/crm/enqueue-crm-job.ts';
import { createSubmissionLimiter } from '../../lib/forms/submission-limits.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { type HttpAnswer, problemAnswer } from '../../lib/runtime/problem.ts';
import { countBy, countOutcomes, describeError, logger } from '../../lib/telemetry/telemetry.ts';
import { answerSubmission } from './form-answer.ts';
import { type ReceiveDeps, receiveSubmission } from './receive.ts';
import { type QuestionDeps, serveQuestion } from './serve-question.ts';
import { verifyAddress } from './verify-address.ts';

const env = readEnv([
  'organization',
  'consentTable',
  'configurationTable',
  'outreachTable',
  'publicBaseUrl',
  'sender',
]);
const client = createDocumentClient();
const now = () => new Date();
const deps: ReceiveDeps & QuestionDeps = {
  ...env,
  client,
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  arrivals: createCrmJobQueue({ ...env, client, now }),
  submissions: createSubmissionStore({ client, table: env.outreachTable }),
  limiter: createSubmissionLimiter({ client, table: env.outreachTable, now }),
  configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
  now,
};

export async function handler(event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  try {
    const formId = event.pathParameters?.['formId'] ?? '';
    const { method, sourceIp } = event.requestContext.http;
    if (method === 'GET') return await read(event, formId);
    const post = {
      formId,
      method,
      headers: event.headers,
      body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
      url: `${env.publicBaseUrl}${event.rawPath}${event.rawQueryString && `?${event.rawQueryString}`}`,
      secret: event.headers['x-sendgate-secret'] ?? event.queryStringParameters?.['secret'],
      ip: sourceIp,
    };
    const { outcome, answer } = await receiveSubmission(deps, post);
    countOutcomes(countBy('submission', [outcome]));
    return await answerSubmission(deps, post, answer);
  } catch (error) {
    logger.error('A submission could not be taken', describeError(error));
    countOutcomes({ submissionFailed: 1 });
    return problemAnswer({
      status: 503,
      title: 'Not taken',
      detail: 'The submission could not be taken just now. Send it again in a minute; it will count once.',
    });
  }
}

/** What can be read of a form without a token: its opt-in question, and the answer to a builder that checks the address. */
function read(event: APIGatewayProxyEventV2, formId: string): Promise<HttpAnswer> {
  const query = event.queryStringParameters ?? {};
  if (!event.rawPath.endsWith('/opt-in-question')) return verifyAddress(deps.configuration, formId, query);
  return serveQuestion(deps, { formId, accept: event.headers['accept'], query });
}
