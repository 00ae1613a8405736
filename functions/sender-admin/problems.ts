import { RequestProblem } from '../../lib/http/route.ts';
import { NoAnswer } from '../../lib/runtime/http-request.ts';

/** Turns an error of Twilio's client into a RequestProblem that says what to do. Returns any other error unchanged. */
export function twilioProblem(error: unknown): unknown {
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (status === 401 || status === 403) {
    const detail = `Twilio refuses the API key (${code}). Put a valid one into SSM under twilio/api-key; a restricted key needs messaging and phone numbers.`;
    return new RequestProblem(502, 'Twilio refused', detail);
  }
  if (typeof status === 'number' && status >= 400 && status < 500 && status !== 429) {
    const detail = `Twilio refuses what it was asked (${code}). Nothing was changed by this step; read GET /sender/check to see what is left.`;
    return new RequestProblem(502, 'Twilio refused', detail);
  }
  if (typeof status === 'number' || error instanceof NoAnswer) {
    return new RequestProblem(503, 'Twilio did not answer', 'Try again in a minute.');
  }
  return error;
}
