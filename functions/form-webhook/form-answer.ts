import type * as z from 'zod';
import { QUESTION_FIELDS } from '../../lib/forms/opt-in-question.ts';
import { parsePayload } from '../../lib/forms/payload.ts';
import { type SubmissionAnswer, submissionAnswerSchema } from '../../lib/forms/submission-answer.ts';
import { type Html, html } from '../../lib/http/html.ts';
import type { HttpAnswer } from '../../lib/runtime/problem.ts';
import { problemSchema } from '../../lib/runtime/problem-schema.ts';
import { htmlAnswer, page, prefersHtml } from './html/page.ts';
import type { FormPost } from './receive.ts';
import { type QuestionDeps, questionPage, questionView } from './serve-question.ts';

const refusedSchema = problemSchema.pick({ title: true, detail: true, errors: true });

/**
 * Presents an answer to its caller: a program gets the JSON, a browser that posts without a script gets a page. After a wrong
 * answer to the opt-in question the page shows the question again, with the problems and the number that was entered.
 */
export async function answerSubmission(
  deps: QuestionDeps,
  post: FormPost,
  answer: HttpAnswer,
): Promise<HttpAnswer> {
  if (!prefersHtml(post.headers['accept'])) return answer;
  const body: unknown = JSON.parse(answer.body);
  if (answer.statusCode === 200) {
    const content = html`<h1>Thank you</h1>\n${thanks(submissionAnswerSchema.parse(body).consent)}`;
    return htmlAnswer(200, page('Thank you', content));
  }
  const refused = refusedSchema.parse(body);
  const again = answer.statusCode === 422 ? await askAgain(deps, post, refused.errors ?? []) : undefined;
  return again ?? htmlAnswer(answer.statusCode, page(refused.title, problemPage(refused)));
}

function thanks({ recorded, optedOut, next }: SubmissionAnswer['consent']): Html {
  const sentence = optedOut
    ? 'You will get no text messages from us at this number.'
    : recorded
      ? 'You will get our text messages. Reply STOP to any of them to opt out.'
      : 'We have received your answer.';
  return html`<p role="status">${sentence}</p>\n${next && html`<p role="status">${next}</p>`}`;
}

function problemPage({ title, detail, errors = [] }: z.infer<typeof refusedSchema>): Html {
  const lines = errors.map(({ field, message }) => html`<p>${field}: ${message}</p>`);
  return html`<h1>${title}</h1>
<div class="problem" role="alert"><p>${detail}</p>${lines}</div>
<p>Use your browser's back button to correct the form.</p>`;
}

/** Renders the question again, if the submission holds the question's fields alone. A page of ours would lose other fields. */
async function askAgain(
  deps: QuestionDeps,
  post: FormPost,
  problems: readonly { field: string; message: string }[],
): Promise<HttpAnswer | undefined> {
  const form = await deps.configuration.form(post.formId);
  const payload = await parsePayload(post.headers['content-type'], post.body);
  if (!form?.optInQuestion || payload.kind === 'refused') return undefined;
  const questionFields = new Set<string>(Object.values(QUESTION_FIELDS));
  if (Object.keys(payload.fields).some((name) => !questionFields.has(name))) return undefined;
  const { organizationName } = await deps.configuration.settings();
  const view = questionView(deps.publicBaseUrl, form, organizationName);
  const phone = payload.fields[QUESTION_FIELDS.phone];
  const entered = typeof phone === 'string' ? { phone: phone.slice(0, 40) } : {};
  return questionPage(422, { ...view, ...entered, problems }, deps);
}
