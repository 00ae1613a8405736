import { builderOf } from './builders/index.ts';
import { checkboxesOf, type Form } from './form.ts';
import type { SubmissionContent } from './read-submission.ts';
import type { ConsentStatement } from './submission.ts';

/**
 * Lists the consent statements of a submission.
 *
 * - H4: each ticked checkbox is a statement. Without a tick there is none.
 * - H5: a form without checkboxes consents by its disclaimer.
 * - B1: the answer to the opt-in question is a statement.
 * - A form that was left before its end, or edited later, has none.
 * - Consent that another party attests (Angi) counts like a CRM field and never lifts an opt-out (S5).
 */
export function statementsOf(form: Form, content: SubmissionContent): ConsentStatement[] {
  if (content.unfinished !== undefined) return [];
  if (form.optInQuestion) return content.answered ? [content.answered] : [];
  if (checkboxesOf(form).length === 0) {
    // Without words nobody has agreed to anything (a Meta form whose box asks).
    return form.disclaimer === undefined ? [] : [{ kind: 'impliedForm', wordsShown: form.disclaimer }];
  }
  const { attestedBy } = builderOf(form.builder);
  return content.boxes
    .filter(({ ticked }) => ticked)
    .map(({ number, wordsShown }) => ({
      kind: attestedBy ? ('crmAttested' as const) : ('explicitWeb' as const),
      checkbox: number,
      wordsShown,
      ...(attestedBy && { attestedBy }),
      ...(attestedBy && content.consentId && { consentId: content.consentId }),
    }));
}

/** Lists the automations that a submission enrols its lead in. It is empty for an unfinished submission, and after a No. */
export function automationsOf(form: Form, content: SubmissionContent): readonly string[] {
  return content.unfinished !== undefined || content.answered?.answer === 'no' ? [] : form.automations;
}
