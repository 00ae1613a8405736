import canonicalize from 'canonicalize';
import { sha256 } from '../../lib/consent/ledger.ts';
import { builderOf } from '../../lib/forms/builders/index.ts';
import { automationsOf, statementsOf } from '../../lib/forms/consents.ts';
import type { Form } from '../../lib/forms/form.ts';
import { carryOut, type IntakeDeps } from '../../lib/forms/intake.ts';
import { BUILDER_LIMITS, type Fields, FORM_LIMITS, parsePayload } from '../../lib/forms/payload.ts';
import type { SignedRequest } from '../../lib/forms/proof/proof.ts';
import { readSubmission, type SubmissionContent } from '../../lib/forms/read-submission.ts';
import type { Submission } from '../../lib/forms/submission.ts';
import type { SubmissionStore } from '../../lib/forms/submission-store.ts';
import type { Configuration } from '../../lib/organization/configuration.ts';
import { type HttpAnswer, json, problem } from '../../lib/runtime/problem.ts';
import { refuseUnsigned, refuseWithoutSecret, withoutSecret } from './prove-origin.ts';

export interface ReceiveDeps extends Omit<IntakeDeps, 'configuration' | 'submissions'> {
  readonly configuration: Pick<Configuration, 'form' | 'automation' | 'settings' | 'signingSecret'>;
  readonly submissions: Pick<SubmissionStore, 'add' | 'markProcessed'>;
}

/** A form builder's request, as far as it matters. */
export interface FormPost extends SignedRequest {
  readonly formId: string;
  /** From the header `x-sendgate-secret` or the query. */
  readonly secret: string | undefined;
  readonly ip: string | undefined;
}

/** A builder without ids re-sends within hours at most; the same words a day later are a new submission. */
const SAME_SUBMISSION_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Takes a submission: stores it before anything else, then carries it out. What a crash leaves undone, `reconcile`
 * does.
 *
 * @returns 200 with what this submission recorded, and nothing about other data; the same submission twice has the
 *   same answer.
 */
export async function receive(deps: ReceiveDeps, post: FormPost): Promise<HttpAnswer> {
  const form = await deps.configuration.form(post.formId);
  if (!form?.enabled) {
    return problem({ status: 404, title: 'No such form', detail: 'Check the form id in the URL.' });
  }
  const builder = builderOf(form.builder);
  const now = deps.now();
  const unsigned = await refuseUnsigned(form, builder, post, deps.configuration, now);
  if (unsigned) return unsigned;
  const limits = form.builder === 'generic' ? FORM_LIMITS : BUILDER_LIMITS;
  const payload = await parsePayload(post.headers['content-type'], post.body, limits);
  const fields = payload.kind === 'parsed' ? payload.fields : {};
  const stranger = refuseWithoutSecret(form, builder, post, post.secret, fields);
  if (stranger) return stranger;
  if (payload.kind === 'refused') {
    return problem({ status: payload.status, title: 'The body cannot be read', detail: payload.detail });
  }
  const read = readSubmission(form, fields);
  if ('problems' in read) {
    return refusal(form, {
      title: 'The submission cannot be used',
      detail: 'Correct the fields named in errors and submit again. Nothing was stored.',
      errors: read.problems,
    });
  }
  const given = toSubmission(form, post, withoutSecret(builder, fields), read.content, now);
  const since = new Date(now.getTime() - SAME_SUBMISSION_MILLISECONDS).toISOString();
  const submission = await deps.submissions.add(given, read.content.submissionId ? undefined : since);
  if (submission.status === 'received') await carryOut(deps, submission);
  return json(200, {
    submissionId: submission.submissionId,
    consent: {
      recorded: submission.consents.length > 0,
      checkboxes: submission.consents.flatMap(({ checkbox }) => checkbox ?? []),
    },
  });
}

/**
 * A submission that will never be usable. The author of a form on a page learns it from the status; a builder would
 * only send the same again, and some then switch the hook off, so it gets 200 and the reason.
 */
function refusal(
  form: Form,
  why: { title: string; detail: string; errors: readonly { field: string; message: string }[] },
): HttpAnswer {
  if (form.builder === 'generic') return problem({ status: 422, ...why });
  return json(200, { submissionId: null, consent: { recorded: false, checkboxes: [] }, refused: why });
}

function toSubmission(
  form: Form,
  post: FormPost,
  fields: Fields,
  content: SubmissionContent,
  now: Date,
): Submission {
  const receivedAt = now.toISOString();
  const submissionId = content.submissionId ?? `fields-${sha256(canonicalize(fields) ?? '').slice(0, 32)}`;
  const { submittedAt = receivedAt, pageUrl } = content;
  // A builder whose clock runs ahead submitted just now.
  const [occurredAt = receivedAt] = [submittedAt, receivedAt].sort();
  // A hand-written form posts from the person's browser; a builder posts from its own, and says whose it passes on.
  const isDirect = form.builder === 'generic';
  const ip = isDirect ? post.ip : content.ip;
  const userAgent = isDirect ? post.headers['user-agent'] : content.userAgent;
  return {
    formId: form.id,
    submissionId,
    uid: content.submissionId ?? `${submissionId}@${receivedAt}`,
    status: 'received',
    receivedAt,
    occurredAt,
    number: content.number,
    details: content.details,
    consents: statementsOf(form, content),
    automations: [...automationsOf(form, content)],
    ...(pageUrl !== undefined && { pageUrl }),
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, 500) }),
    fields,
  };
}
