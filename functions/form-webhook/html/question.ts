import type { Form } from '../../../lib/forms/form.ts';
import { type OptInQuestion, QUESTION_FIELDS } from '../../../lib/forms/opt-in-question.ts';
import type { FieldProblem } from '../../../lib/forms/read-submission.ts';
import { Html, html } from '../../../lib/http/html.ts';
import { styleTag } from './page.ts';

/** Shows the phone input only with Yes, and gives each showing its own value of `once`. Without scripts the input is always shown. */
export const QUESTION_SCRIPT = `
(function () {
  var form = document.currentScript.previousElementSibling;
  var phone = form.querySelector('.phone');
  var input = phone.querySelector('input');
  function update() {
    var chosen = form.querySelector('input[type=radio]:checked');
    var yes = chosen !== null && chosen.value === 'yes';
    phone.hidden = !yes;
    input.required = yes;
  }
  function startShowing() {
    form.elements.sms_opt_in_once.value = Date.now().toString(36) + Math.random().toString(36).slice(2);
    update();
  }
  form.addEventListener('change', update);
  window.addEventListener('pageshow', function (event) { if (event.persisted) startShowing(); });
  startShowing();
})();
`.trim();

export interface QuestionView {
  readonly form: Form;
  readonly question: OptInQuestion;
  /** Where the form posts to. */
  readonly action: string;
  /** Fills in the phone input: from `?phone=`, or from the answer that is to be corrected. */
  readonly phone?: string;
  /** Identifies this showing. A snippet in a page that many people load has none; its script makes one. */
  readonly once?: string;
  readonly problems?: readonly FieldProblem[];
}

/** Renders the question as an HTML form for any page (B1). No answer is selected in advance. */
export function questionSnippet(view: QuestionView): Html {
  const { form, question, action, phone = '', once = '', problems = [] } = view;
  const required = form.optInQuestion?.required ?? true;
  const id = (part: string) => `sendgate-${form.id}-${part}`;
  const wrong = (field: string) => problems.some((problem) => problem.field === field);
  const invalid = (field: string) => wrong(field) && html` aria-invalid="true"`;
  const choice = (value: string, label: string) =>
    html`<label><input type="radio" name="${QUESTION_FIELDS.answer}" value="${value}"${required && html` required`}>${label}</label>`;
  return html`<form class="sendgate" action="${action}" method="post" accept-charset="utf-8">
${styleTag}
${problemList(problems)}<fieldset aria-describedby="${id('disclaimer')}">
<legend>${question.question} ${required ? '(required)' : '(optional)'}</legend>
<div class="choices">${choice('yes', 'Yes')}${choice('no', 'No')}</div>
<div class="phone">
<label for="${id('phone')}">Mobile phone number</label>
<span class="note" id="${id('hint')}">Needed for Yes. For example (303) 555-0142.</span>
<input id="${id('phone')}" type="tel" name="${QUESTION_FIELDS.phone}" autocomplete="tel" maxlength="40" aria-describedby="${id('hint')}"${invalid(QUESTION_FIELDS.phone)} value="${phone}">
</div>
<p class="note" id="${id('disclaimer')}">${question.disclaimer}</p>
</fieldset>
<div hidden><label>Leave this empty <input name="${QUESTION_FIELDS.trap}" tabindex="-1" autocomplete="off"></label></div>
<input type="hidden" name="${QUESTION_FIELDS.version}" value="${question.version}">
<input type="hidden" name="${QUESTION_FIELDS.once}" value="${once}">
<button type="submit">Send</button>
</form>
<script>${new Html(QUESTION_SCRIPT)}</script>`;
}

function problemList(problems: readonly FieldProblem[]): Html | undefined {
  if (problems.length === 0) return undefined;
  const lines = problems.map(({ message }) => html`<p>${message}</p>`);
  return html`<div class="problem" role="alert">${lines}</div>\n`;
}
