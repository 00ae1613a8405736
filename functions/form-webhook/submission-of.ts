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

/** The id of a submission whose builder gives none: made of its fields. */
export function idOfFields(fields: Fields): string {
  return `fields-${sha256(canonicalize(fields) ?? '').slice(0, 32)}`;
}

/** What tells a submission from another one, and for how long. */
export interface Identity {
  readonly submissionId: string;
  /** Whether it is the same for ever; an id made of fields that may come again is the same for a day. */
  readonly forEver: boolean;
}

/**
 * The identity of a submission: the builder's id, or one made of the fields.
 *
 * The opt-in question can be answered anew in the same words: what tells is the value of this showing (`once`), or without
 * one whether the number opted out in between. Without that, Yes, STOP and Yes again would be one Yes (B7).
 *
 * @param optedOutAt when the number last opted out.
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

/** A submission as it is stored, made of what was read. @param fields as they are kept, unknown ones included. */
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
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, 500).toWellFormed() }),
    fields,
  };
}
