import * as z from 'zod';
import { answerSchema, type OptInQuestion, QUESTION_FIELDS } from './opt-in-question.ts';

/** The opt-in question of a form, for a program that shows it itself (B1). */
export const shownQuestionSchema = z.object({
  formId: z.string(),
  organizationName: z.string(),
  required: z.boolean(),
  version: z.string().meta({ description: 'The words that are shown. Sent back with the answer.' }),
  question: z.string(),
  disclaimer: z.string(),
  answers: z.array(z.object({ value: z.enum(['yes', 'no']), label: z.string() })),
  fields: z.record(z.string(), z.string()).meta({ description: 'The names of the fields of an answer.' }),
  submitTo: z.string(),
  schema: z.looseObject({}).meta({ description: 'JSON Schema of the body that answers.' }),
});
export type ShownQuestion = z.infer<typeof shownQuestionSchema>;

/**
 * Builds a form's question for a program.
 *
 * @param form.submitTo the URL that an answer is posted to.
 */
export function describeQuestion(
  { question, disclaimer, version, ...words }: OptInQuestion,
  form: Pick<ShownQuestion, 'formId' | 'organizationName' | 'required' | 'submitTo'>,
): ShownQuestion {
  const { formId, organizationName, required, submitTo } = form;
  return {
    formId,
    organizationName,
    required,
    version,
    question,
    disclaimer,
    answers: [
      { value: 'yes', label: 'Yes' },
      { value: 'no', label: 'No' },
    ],
    fields: QUESTION_FIELDS,
    submitTo,
    schema: { ...answerSchema({ question, disclaimer, version, ...words }, { required }) },
  };
}
