import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpAnswer } from '../../lib/runtime/problem.ts';
import { countBy, countOutcomes } from '../../lib/telemetry/telemetry.ts';
import { answerSubmission } from './form-answer.ts';
import { type ReceiveDeps, receiveSubmission } from './receive.ts';
import { type QuestionDeps, serveQuestion } from './serve-question.ts';
import { verifyAddress } from './verify-address.ts';

export interface FormRequestDeps
  extends Omit<ReceiveDeps, 'configuration'>,
    Omit<QuestionDeps, 'configuration'> {
  readonly configuration: ReceiveDeps['configuration'] & QuestionDeps['configuration'];
}

/** Answers a request to a form: a POST is a submission, a GET reads the parts of the form that need no token. */
export async function answerRequest(
  deps: FormRequestDeps,
  event: APIGatewayProxyEventV2,
): Promise<HttpAnswer> {
  const formId = event.pathParameters?.['formId'] ?? '';
  const { method, sourceIp } = event.requestContext.http;
  if (method === 'GET') return answerGet(deps, event, formId);
  const post = {
    formId,
    method,
    headers: event.headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    url: `${deps.publicBaseUrl}${event.rawPath}${event.rawQueryString && `?${event.rawQueryString}`}`,
    secret: event.headers['x-sendgate-secret'] ?? event.queryStringParameters?.['secret'],
    ip: sourceIp,
  };
  const { outcome, answer } = await receiveSubmission(deps, post);
  countOutcomes(countBy('submission', [outcome]));
  return answerSubmission(deps, post, answer);
}

/** Serves the form's opt-in question, or answers a builder that checks the address. */
function answerGet(
  deps: FormRequestDeps,
  event: APIGatewayProxyEventV2,
  formId: string,
): Promise<HttpAnswer> {
  const query = event.queryStringParameters ?? {};
  if (!event.rawPath.endsWith('/opt-in-question')) return verifyAddress(deps.configuration, formId, query);
  return serveQuestion(deps, { formId, accept: event.headers['accept'], query });
}
