import { createHash, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';
import { sha256 } from '../../lib/consent/ledger.ts';
import type { Form } from '../../lib/forms/form.ts';
import { carryOut, type IntakeDeps } from '../../lib/forms/intake.ts';
import { type Fields, parsePayload } from '../../lib/forms/payload.ts';
import { readSubmission, type SubmissionContent } from '../../lib/forms/read-submission.ts';
import type { Submission } from '../../lib/forms/submission.ts';
import type { SubmissionStore } from '../../lib/forms/submission-store.ts';
import type { Configuration } from '../../lib/organization/configuration.ts';
import { type HttpAnswer, json, problem } from '../../lib/runtime/problem.ts';

export interface ReceiveDeps extends Omit<IntakeDeps, 'configuration' | 'submissions'> {
  readonly configuration: Pick<Configuration, 'form' | 'automation' | 'settings'>;
  readonly submissions: Pick<SubmissionStore, 'add' | 'markProcessed'>;
}

/** A form builder's request, as far as it matters. */
export interface FormPost {
  readonly formId: string;
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** From the header `x-sendgate-secret` or the query. */
  readonly secret: string | undefined;
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
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
  if (!knowsSecret(form, post.secret)) {
    return problem({
      status: 401,
      title: 'Secret missing or wrong',
      detail: "Send the form's secret in the header x-sendgate-secret or as ?secret= in the URL.",
    });
  }
  const payload = await parsePayload(post.contentType, post.body);
  if (payload.kind === 'refused') {
    return problem({ status: payload.status, title: 'The body cannot be read', detail: payload.detail });
  }
  const read = readSubmission(form, payload.fields);
  if ('problems' in read) {
    return problem({
      status: 422,
      title: 'The submission cannot be used',
      detail: 'Correct the fields named in errors and submit again. Nothing was stored.',
      errors: read.problems,
    });
  }
  const now = deps.now();
  const given = toSubmission(form, post, payload.fields, read.content, now);
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

function knowsSecret({ secretHash }: Form, secret: string | undefined): boolean {
  if (secretHash === undefined) return true;
  const given = createHash('sha256')
    .update(secret ?? '')
    .digest();
  return timingSafeEqual(given, Buffer.from(secretHash, 'hex'));
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
  return {
    formId: form.id,
    submissionId,
    uid: content.submissionId ?? `${submissionId}@${receivedAt}`,
    status: 'received',
    receivedAt,
    occurredAt,
    number: content.number,
    details: content.details,
    consents: consentsOf(form, content),
    automations: form.automations,
    ...(pageUrl !== undefined && { pageUrl }),
    ...(post.ip !== undefined && { ip: post.ip }),
    ...(post.userAgent !== undefined && { userAgent: post.userAgent.slice(0, 500) }),
    fields,
  };
}

/** H4: the ticked checkboxes, none of them when none is. H5: a form without checkboxes consents by its disclaimer. */
function consentsOf(form: Form, content: SubmissionContent): Submission['consents'] {
  if (form.checkboxes.length === 0) return [{ wordsShown: form.disclaimer ?? '' }];
  return form.checkboxes
    .filter((box) => content.ticked.includes(box.number))
    .map((box) => ({ checkbox: box.number, wordsShown: box.wordsShown }));
}
