import canonicalize from 'canonicalize';
import { automationsOf, statementsOf } from '../../lib/forms/consents.ts';
import { isGiven } from '../../lib/forms/find-answer.ts';
import type { Form } from '../../lib/forms/form.ts';
import { QUESTION_FIELDS } from '../../lib/forms/opt-in-question.ts';
import type { Fields } from '../../lib/forms/payload.ts';
import type { SubmissionContent } from '../../lib/forms/read-submission.ts';
import type { Submission } from '../../lib/forms/submission.ts';
import { sha256 } from '../../lib/runtime/sha256.ts';
import type { FormPost } from './receive.ts';

/** Makes an id of the fields of a submission whose builder sends none. */
export function idOfFields(fields: Fields): string {
  return `fields-${sha256(canonicalize(fields) ?? '').slice(0, 32)}`;
}

/** Identifies a submission, for ever or for a day. */
export interface Identity {
  readonly submissionId: string;
  /** True when the id names this submission for ever. An id made of fields that may come again names it for a day. */
  readonly forEver: boolean;
}

/**
 * Identifies a submission by the builder's id, or else by its fields.
 *
 * A person can answer the opt-in question twice in the same words. The value of the showing (`once`) tells such answers apart;
 * without one, the time of the number's last opt-out does. Otherwise Yes, STOP and Yes again would be one Yes (B7).
 *
 * @param id of the builder, if it sends one.
 * @param optedOutAt when the number last opted out, ISO 8601.
 */
export function identityOf(
  form: Form,
  fields: Fields,
  id: string | undefined,
  optedOutAt: string | undefined,
): Identity {
  if (id !== undefined) return { submissionId: id, forEver: true };
  if (!form.optInQuestion) return { submissionId: idOfFields(fields), forEver: false };
  if (isGiven(fields[QUESTION_FIELDS.once])) return { submissionId: idOfFields(fields), forEver: true };
  return { submissionId: idOfFields({ ...fields, optedOutAt: optedOutAt ?? '' }), forEver: false };
}

/**
 * Builds the submission to store from the content that was read.
 *
 * @param fields all that were sent, unknown ones included, without a secret.
 */
export function submissionOf(
  form: Form,
  post: FormPost,
  fields: Fields,
  content: SubmissionContent,
  { submissionId }: Identity,
  now: Date,
): Submission {
  const receivedAt = now.toISOString();
  const { submittedAt = receivedAt, pageUrl } = content;
  // A time in the future comes from a builder whose clock runs ahead, and counts as now.
  const [occurredAt = receivedAt] = [submittedAt, receivedAt].sort();
  // A hand-written form posts from the person's browser. A builder posts from its own machines and names the person's.
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
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, 500).toWellFormed() }),
    fields,
  };
}
