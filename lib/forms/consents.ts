import { builderOf } from './builders/index.ts';
import { checkboxesOf, type Form } from './form.ts';
import type { SubmissionContent } from './read-submission.ts';
import type { ConsentStatement } from './submission.ts';

/**
 * What a submission says about consent. H4: the ticked checkboxes, none of them when none is. H5: a form without
 * checkboxes consents by its disclaimer. B1: the answer to the opt-in question. A form that was left half-way, or changed by somebody later, says nothing.
 *
 * Consent that another party attests (Angi) opts in like a field of a CRM: it never lifts an opt-out.
 */
export function statementsOf(form: Form, content: SubmissionContent): ConsentStatement[] {
  if (content.unfinished !== undefined) return [];
  if (form.optInQuestion) return content.answered ? [content.answered] : [];
  if (checkboxesOf(form).length === 0) {
    // Without words there is nothing that anybody agreed to (a Meta form whose box asks).
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

/** The automations that a submission enrols its lead in: none from a form that was not submitted to its end, or after a No. */
export function automationsOf(form: Form, content: SubmissionContent): readonly string[] {
  return content.unfinished !== undefined || content.answered?.answer === 'no' ? [] : form.automations;
}
