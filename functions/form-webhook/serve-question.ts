import { randomUUID } from 'node:crypto';
import type { Configuration } from '../../lib/configuration/configuration.ts';
import type { Form } from '../../lib/forms/form.ts';
import { optInQuestion } from '../../lib/forms/opt-in-question.ts';
import { describeQuestion } from '../../lib/forms/shown-question.ts';
import { type Html, html } from '../../lib/http/html.ts';
import { type HttpAnswer, jsonAnswer, problemAnswer } from '../../lib/runtime/problem.ts';
import { htmlAnswer, page, prefersHtml } from './html/page.ts';
import { QUESTION_SCRIPT, type QuestionView, questionSnippet } from './html/question.ts';

export interface QuestionDeps {
  readonly configuration: Pick<Configuration, 'form' | 'settings'>;
  readonly publicBaseUrl: string;
}

export interface QuestionRequest {
  readonly formId: string;
  readonly accept: string | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
}

/**
 * Serves a form's opt-in question (B1) in one of three forms:
 * - JSON with the texts and the schema of an answer;
 * - an HTML snippet for any page, with `?format=html`;
 * - a page of its own, to a browser.
 *
 * `?phone=` fills in the phone input; nothing selects an answer in advance.
 *
 * @returns 404 for a form that is missing, disabled, or has no question.
 */
export async function serveQuestion(
  deps: QuestionDeps,
  { formId, accept, query }: QuestionRequest,
): Promise<HttpAnswer> {
  const form = await deps.configuration.form(formId);
  if (!form?.enabled || !form.optInQuestion) {
    const detail = 'Check the form id in the URL, and that the form has an optInQuestion.';
    return problemAnswer({ status: 404, title: 'No such question', detail });
  }
  const { organizationName } = await deps.configuration.settings();
  const view = questionView(deps.publicBaseUrl, form, organizationName);
  const phone = query['phone']?.slice(0, 40);
  const shown = { ...view, ...(phone !== undefined && { phone }) };
  if (query['format'] === 'html') return withOrigin(questionAnswer(200, questionSnippet(shown), deps));
  if (query['format'] === undefined && prefersHtml(accept)) return questionPage(200, shown, deps);
  const { required } = form.optInQuestion;
  const asked = describeQuestion(view.question, {
    formId,
    organizationName,
    required,
    submitTo: view.action,
  });
  return withOrigin(jsonAnswer(200, asked));
}

/** Creates the view of a form's question, with nothing filled in. */
export function questionView(publicBaseUrl: string, form: Form, organizationName: string): QuestionView {
  const action = `${publicBaseUrl}/forms/${encodeURIComponent(form.id)}/submissions`;
  return { form, question: optInQuestion(organizationName), action };
}

/** Renders the question on a page of its own. Each page gets its own value of `once`. */
export function questionPage(
  status: number,
  view: QuestionView,
  { publicBaseUrl }: Pick<QuestionDeps, 'publicBaseUrl'>,
): HttpAnswer {
  const title = 'Text messages';
  const content = html`<h1>${title}</h1>\n${questionSnippet({ ...view, once: randomUUID() })}`;
  return questionAnswer(status, page(title, content), { publicBaseUrl });
}

function questionAnswer(status: number, body: Html, { publicBaseUrl }: Pick<QuestionDeps, 'publicBaseUrl'>) {
  return htmlAnswer(status, body, { scripts: [QUESTION_SCRIPT], formTarget: new URL(publicBaseUrl).origin });
}

/** Lets pages of every origin load the question. It is public, and the same for everybody. */
function withOrigin(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, 'access-control-allow-origin': '*', vary: 'accept' } };
}
