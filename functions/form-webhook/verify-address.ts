import type { Configuration } from '../../lib/configuration/configuration.ts';
import { builderOf } from '../../lib/forms/builders/index.ts';
import { containsSecret } from '../../lib/forms/proof/secret.ts';
import { type HttpAnswer, problemAnswer } from '../../lib/runtime/problem.ts';

/** Meta's challenges are digits. Longer ones and other characters do not come from Meta. */
const CHALLENGE = /^[\w-]{1,200}$/;

/**
 * Answers a builder that checks the address before it posts there (Meta: `hub.mode`, `hub.verify_token`,
 * `hub.challenge`).
 *
 * @returns 200 with the challenge when the caller shows the form's verification word, else 403.
 */
export async function verifyAddress(
  configuration: Pick<Configuration, 'form'>,
  formId: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<HttpAnswer> {
  const form = await configuration.form(formId);
  const challenge = query['hub.challenge'] ?? '';
  const isVerified =
    form?.enabled &&
    builderOf(form.builder).secretIs === 'verification' &&
    form.secretHash !== undefined &&
    query['hub.mode'] === 'subscribe' &&
    containsSecret(form.secretHash, [query['hub.verify_token']]);
  if (!isVerified || !CHALLENGE.test(challenge)) {
    return problemAnswer({
      status: 403,
      title: 'Not verified',
      detail: "Show the form's secret as the verify token. Submissions are posted to this address.",
    });
  }
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: challenge,
  };
}
