import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { loggableSubmission } from '../../lib/consent/origin.ts';
import type { ConsentRegistry } from '../../lib/consent/registry.ts';
import { builderOf } from '../../lib/forms/builders/index.ts';
import { consentEventOf } from '../../lib/forms/consent-events.ts';
import { isGiven, valueAtPath } from '../../lib/forms/find-answer.ts';
import type { Form } from '../../lib/forms/form.ts';
import { QUESTION_FIELDS } from '../../lib/forms/opt-in-question.ts';
import { BUILDER_LIMITS, type Fields, FORM_LIMITS, parsePayload } from '../../lib/forms/payload.ts';
import type { SignedRequest } from '../../lib/forms/proof/proof.ts';
import { readSubmission } from '../../lib/forms/read-submission.ts';
import type { Submission } from '../../lib/forms/submission.ts';
import type { ReachedLimit, SubmissionLimiter } from '../../lib/forms/submission-limits.ts';
import type { SubmissionStore } from '../../lib/forms/submission-store.ts';
import { type IntakeDeps, type TakenIn, takeInLead } from '../../lib/intake/intake.ts';
import { type HttpAnswer, jsonAnswer, problemAnswer } from '../../lib/runtime/problem.ts';
import { isLiftedByUs } from '../../lib/sender/sender.ts';
import { logger } from '../../lib/telemetry/telemetry.ts';
import { refuseUnsigned, refuseWithoutSecret, withoutSecret } from './prove-origin.ts';
import { identityOf, idOfFields, submissionOf } from './submission-of.ts';

export interface ReceiveDeps extends Omit<IntakeDeps, 'configuration' | 'submissions' | 'registry'> {
  readonly registry: Pick<ConsentRegistry, 'record' | 'read'>;
  readonly configuration: Pick<Configuration, 'form' | 'automation' | 'settings' | 'signingSecret'>;
  readonly submissions: Pick<SubmissionStore, 'add' | 'markProcessed'>;
  readonly limiter: SubmissionLimiter;
  /** The number in E.164, or the messaging service, that texts come from. */
  readonly sender: string;
}

/** The parts of a form builder's request that are used. */
export interface FormPost extends SignedRequest {
  readonly formId: string;
  /** From the header `x-sendgate-secret` or the query. */
  readonly secret: string | undefined;
  readonly ip: string | undefined;
}

/** A builder without ids re-sends within hours. The same fields a day later are a new submission. */
const SAME_SUBMISSION_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The answer to a submission, with its outcome for the metrics. */
export interface Received {
  readonly outcome: 'accepted' | 'refused' | 'trapped' | 'limited';
  readonly answer: HttpAnswer;
}

const refused = (answer: HttpAnswer): Received => ({ outcome: 'refused', answer });
const accepted = (answer: HttpAnswer): Received => ({ outcome: 'accepted', answer });

/**
 * Takes a submission (H4, H5): proves its origin, stores it, then carries it out. After a crash in between, `reconcile`
 * carries it out.
 *
 * @returns with 200 what this submission recorded, and nothing about other data. The same submission twice gets the same
 *   answer.
 */
export async function receiveSubmission(deps: ReceiveDeps, post: FormPost): Promise<Received> {
  const form = await deps.configuration.form(post.formId);
  if (!form?.enabled) {
    return refused(
      problemAnswer({ status: 404, title: 'No such form', detail: 'Check the form id in the URL.' }),
    );
  }
  const builder = builderOf(form.builder);
  const unsigned = await refuseUnsigned(form, builder, post, deps.configuration, deps.now());
  if (unsigned) return refused(unsigned);
  const limits = form.builder === 'generic' ? FORM_LIMITS : BUILDER_LIMITS;
  const payload = await parsePayload(post.headers['content-type'], post.body, limits);
  const fields = payload.kind === 'parsed' ? payload.fields : {};
  const unproved = refuseWithoutSecret(form, builder, post, post.secret, fields);
  if (unproved) return refused(unproved);
  if (payload.kind === 'refused') {
    const { status, detail } = payload;
    const title = 'The body cannot be read';
    return refused(refusal(form, { title, detail }, status));
  }
  return takeFields(deps, form, post, withoutSecret(builder, fields));
}

/** Takes the fields of a submission whose origin is proved. */
async function takeFields(deps: ReceiveDeps, form: Form, post: FormPost, fields: Fields): Promise<Received> {
  // A program that fills in every field gets the answer that a person would get, and nothing is stored.
  if (isTrapped(form, fields)) return { outcome: 'trapped', answer: nothingKept(fields) };
  const name = form.optInQuestion ? (await deps.configuration.settings()).organizationName : '';
  const read = readSubmission(form, fields, name);
  if ('problems' in read) {
    return refused(
      refusal(form, {
        title: 'The submission cannot be used',
        detail: 'Correct the fields named in errors and submit again. Nothing was stored.',
        errors: read.problems,
      }),
    );
  }
  if ('nothing' in read) return accepted(nothingKept(fields));
  const reached = await deps.limiter.count(form.id, form.limits, ownAddress(form, post));
  if (reached) {
    logger.warn('A form gets more submissions than it takes', { formId: form.id, limit: reached.limit });
    return { outcome: 'limited', answer: tooMany(reached) };
  }
  const now = deps.now();
  const { submissionId, number } = read.content;
  const state = form.optInQuestion && (await deps.registry.read(number));
  const identity = identityOf(form, fields, submissionId, state?.lastOptOutAt);
  const candidate = submissionOf(form, post, fields, read.content, identity, now);
  const since = new Date(now.getTime() - SAME_SUBMISSION_MILLISECONDS).toISOString();
  const submission = await deps.submissions.add(candidate, identity.forEver ? undefined : since);
  const { taken, events } = await carryOut(deps, submission);
  const leadId = taken?.leadId;
  logger.info(leadId === undefined ? 'A submission came again' : 'A submission was taken', {
    submission: loggableSubmission(submission.submissionId),
    formId: form.id,
    ...(leadId !== undefined && { leadId }),
  });
  return accepted(
    jsonAnswer(200, {
      submissionId: submission.submissionId,
      // Not for a stranger, who would learn whether somebody's number is known.
      ...(form.secretHash !== undefined && { automations: taken?.enrolled ?? submission.enrolled ?? [] }),
      consent: { ...consentIn(submission, events), ...(await nextStep(deps, submission, events)) },
    }),
  );
}

/**
 * Takes a submission in, unless it was taken in before. The ledger tells what a submission that came again recorded.
 *
 * @returns the events of its statements as they stand in the ledger, and the lead when it was taken in now.
 */
async function carryOut(
  deps: ReceiveDeps,
  submission: Submission,
): Promise<{ readonly events: readonly ConsentEvent[]; readonly taken?: TakenIn }> {
  const events: ConsentEvent[] = [];
  const record: ConsentRegistry['record'] = async (...given) => {
    const recorded = await deps.registry.record(...given);
    events.push(recorded.event);
    return recorded;
  };
  if (submission.status === 'received') {
    const read: ConsentRegistry['read'] = (number) => deps.registry.read(number);
    const taken = await takeInLead({ ...deps, registry: { read, record } }, submission);
    return { events, taken };
  }
  const settings = await deps.configuration.settings();
  for (const statement of submission.consents) await record(consentEventOf(submission, statement, settings));
  return { events };
}

/** Checks whether a field is filled in that no person sees. */
function isTrapped(form: Form, fields: Fields): boolean {
  const traps = [form.trap, form.optInQuestion && QUESTION_FIELDS.trap];
  return traps.some((trap) => trap !== undefined && isGiven(valueAtPath(fields, trap)));
}

/**
 * Returns the person's own IP address, if the post came from a browser. Builders, and servers that hold the form's secret, post
 * many people's submissions from one address.
 */
function ownAddress(form: Form, { ip }: FormPost): string | undefined {
  return form.builder === 'generic' && form.secretHash === undefined ? ip : undefined;
}

/** Creates the answer 429, which says when to send the submission again. */
function tooMany({ limit, perMinute, retryAfterSeconds }: ReachedLimit): HttpAnswer {
  const from = limit === 'address' ? ' from one address' : '';
  const answer = problemAnswer({
    status: 429,
    title: 'Too many submissions',
    detail:
      `This form takes ${perMinute} submissions a minute${from}. Nothing was stored: send it again in ` +
      `${retryAfterSeconds} seconds. An admin can raise the limit in the form's configuration.`,
  });
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } };
}

/** Describes what a submission did to the number's consent, by the effects of its events and not by what it asked for. */
function consentIn({ consents }: Submission, events: readonly ConsentEvent[]): object {
  const answer = consents.find((statement) => statement.answer)?.answer;
  const inEffect = events.filter(({ effect }) => effect !== 'late');
  return {
    recorded: inEffect.some(({ kind, after }) => kind !== 'optOut' && after === 'opted_in'),
    checkboxes: consents.flatMap(({ checkbox }) => checkbox ?? []),
    ...(answer && { answer }),
    ...(inEffect.some(({ kind }) => kind === 'optOut') && { optedOut: true }),
  };
}

/**
 * Tells a person who opted in again what they must do for texts to reach them: an opt-out that came from the phone is lifted by a
 * text from the phone (S5), and so is Twilio's block after a STOP, unless we may lift it ourselves (X9). It is said only to
 * who opted in explicitly with this very submission.
 */
async function nextStep(
  deps: ReceiveDeps,
  { number }: Submission,
  events: readonly ConsentEvent[],
): Promise<{ next?: string }> {
  // Late news says nothing of what the number is now: an old form is no way to learn who texted STOP.
  const explicit = events.find(({ kind, effect }) => kind === 'explicitWeb' && effect !== 'late');
  if (!explicit) return {};
  const { status, carrierBlocked, handsetOptedOut } = await deps.registry.read(number);
  const to = deps.sender.startsWith('+') ? `to ${deps.sender}` : 'to the number that texted you';
  if (status === 'opted_out' && explicit.after === 'opted_out' && handsetOptedOut) {
    return { next: `Text START ${to}: you opted out by text, and only a text from your phone undoes that.` };
  }
  const isBlocked = status === 'opted_in' && carrierBlocked;
  if (!isBlocked || isLiftedByUs(await deps.configuration.settings(), deps.sender)) return {};
  return { next: `Text START ${to} to lift the block that your STOP set.` };
}

/** Creates the answer to a submission of which nothing is stored. A program in the trap gets the same one as a person. */
function nothingKept(fields: Fields): HttpAnswer {
  return jsonAnswer(200, { submissionId: idOfFields(fields), consent: { recorded: false, checkboxes: [] } });
}

/**
 * Refuses a submission that will never be usable. The author of a form on a page learns it from the status. A builder would
 * send the same again, and some then switch the hook off, so it gets 200 with the reason.
 */
function refusal(
  form: Form,
  why: { title: string; detail: string; errors?: readonly { field: string; message: string }[] },
  status = 422,
): HttpAnswer {
  if (form.builder === 'generic') return problemAnswer({ status, ...why });
  const refused = { ...why, errors: why.errors ?? [] };
  return jsonAnswer(200, { submissionId: null, consent: { recorded: false, checkboxes: [] }, refused });
}
