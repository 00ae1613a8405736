import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createConfiguration } from '../../lib/organization/configuration.ts';
import { createDocumentClient } from '../../lib/runtime/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { type HttpAnswer, problem } from '../../lib/runtime/problem.ts';
import { countOutcomes, describeError, logger } from '../../lib/runtime/telemetry.ts';
import { type ReceiveDeps, receive } from './receive.ts';

const env = readEnv(['organization', 'consentTable', 'configurationTable', 'outreachTable']);
const client = createDocumentClient();
const now = () => new Date();
const deps: ReceiveDeps = {
  client,
  outreachTable: env.outreachTable,
  registry: createConsentRegistry({ client, table: env.consentTable, now }),
  leads: createLeadStore({ client, table: env.outreachTable, now }),
  enrollments: createEnrollmentStore({ client, table: env.outreachTable }),
  submissions: createSubmissionStore({ client, table: env.outreachTable }),
  configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
  now,
};

export async function handler(event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  try {
    const answer = await receive(deps, {
      formId: event.pathParameters?.['formId'] ?? '',
      contentType: event.headers['content-type'],
      body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
      secret: event.headers['x-sendgate-secret'] ?? event.queryStringParameters?.['secret'],
      ip: event.requestContext.http.sourceIp,
      userAgent: event.headers['user-agent'],
    });
    countOutcomes({ [answer.statusCode === 200 ? 'submissionAccepted' : 'submissionRefused']: 1 });
    return answer;
  } catch (error) {
    logger.error('A submission could not be taken', describeError(error));
    countOutcomes({ submissionFailed: 1 });
    return problem({
      status: 503,
      title: 'Not taken',
      detail: 'The submission could not be taken just now. Send it again in a minute; it will count once.',
    });
  }
}
