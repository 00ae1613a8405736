import type * as z from 'zod';
import { QUESTION_FIELDS } from '../../lib/forms/opt-in-question.ts';
import { parsePayload } from '../../lib/forms/payload.ts';
import { type SubmissionAnswer, submissionAnswerSchema } from '../../lib/forms/submission-answer.ts';
import type { HttpAnswer } from '../../lib/runtime/problem.ts';
import { problemSchema } from '../../lib/runtime/problem-schema.ts';
import { escapeHtml, htmlAnswer, page, prefersHtml } from './html/page.ts';
import type { FormPost } from './receive.ts';
import { type QuestionDeps, questionPage, questionView } from './serve-question.ts';

const refusedSchema = problemSchema.pick({ title: true, detail: true, errors: true });

/**
 * Presents an answer to whoever asked: JSON as it is, or a readable page to a browser whose form was sent without a
 * script. A question that was answered wrongly is asked again, with what is wrong and the number that was given.
 */
export async function answerSubmission(
  deps: QuestionDeps,
  post: FormPost,
  answer: HttpAnswer,
): Promise<HttpAnswer> {
  if (!prefersHtml(post.headers['accept'])) return answer;
  const body: unknown = JSON.parse(answer.body);
  if (answer.statusCode === 200) {
    return htmlAnswer(
      200,
      page('Thank you', `<h1>Thank you</h1>\n${thanks(submissionAnswerSchema.parse(body).consent)}`),
    );
  }
  const refused = refusedSchema.parse(body);
  const again = answer.statusCode === 422 ? await askAgain(deps, post, refused.errors ?? []) : undefined;
  return again ?? htmlAnswer(answer.statusCode, page(refused.title, problemPage(refused)));
}

function thanks({ recorded, optedOut, next }: SubmissionAnswer['consent']): string {
  const said = optedOut
    ? 'You will get no text messages from us at this number.'
    : recorded
      ? 'You will get our text messages. Reply STOP to any of them to opt out.'
      : 'We have received your answer.';
  return [said, next].map((line) => (line ? `<p role="status">${escapeHtml(line)}</p>` : '')).join('\n');
}

function problemPage({ title, detail, errors = [] }: z.infer<typeof refusedSchema>): string {
  const lines = errors.map(({ field, message }) => `<p>${escapeHtml(`${field}: ${message}`)}</p>`);
  return `<h1>${escapeHtml(title)}</h1>
<div class="problem" role="alert"><p>${escapeHtml(detail)}</p>${lines.join('')}</div>
<p>Use your browser's back button to correct the form.</p>`;
}

/** The question once more, when the form that was sent is the question alone: other fields would be lost. */
async function askAgain(
  deps: QuestionDeps,
  post: FormPost,
  problems: readonly { field: string; message: string }[],
): Promise<HttpAnswer | undefined> {
  const form = await deps.configuration.form(post.formId);
  const payload = await parsePayload(post.headers['content-type'], post.body);
  if (!form?.optInQuestion || payload.kind === 'refused') return undefined;
  const own = new Set<string>(Object.values(QUESTION_FIELDS));
  if (Object.keys(payload.fields).some((name) => !own.has(name))) return undefined;
  const { organizationName } = await deps.configuration.settings();
  const view = questionView(deps.publicBaseUrl, form, organizationName);
  const phone = payload.fields[QUESTION_FIELDS.phone];
  const given = typeof phone === 'string' ? { phone: phone.slice(0, 40) } : {};
  return questionPage(422, { ...view, ...given, problems }, deps);
}
