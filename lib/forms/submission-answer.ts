import * as z from 'zod';
import { fieldErrorSchema } from '../runtime/problem-schema.ts';
import { enrolledInSchema } from './submission.ts';

/** The answer to a form submission. */
export const submissionAnswerSchema = z.object({
  submissionId: z.string().nullable(),
  consent: z.object({
    recorded: z.boolean().meta({
      description:
        'Whether this submission opted the number in. False also where the opt-in is only kept as evidence, because a newer opt-out, or one that only a text from the phone lifts, stands against it.',
    }),
    checkboxes: z.array(z.int()).meta({ description: 'The numbers of the ticked checkboxes.' }),
    answer: z.enum(['yes', 'no']).optional().meta({ description: 'The answer to the opt-in question.' }),
    optedOut: z.boolean().optional().meta({ description: 'Whether this submission opted the number out.' }),
    next: z.string().optional().meta({
      description: 'What the person must do for texts to reach them: text START, after an opt-out by text.',
    }),
  }),
  automations: z.array(enrolledInSchema).optional().meta({
    description:
      'What the submission did to the enrollments of its lead. Only for a caller that has proved its origin.',
  }),
  refused: z
    .object({ title: z.string(), detail: z.string(), errors: z.array(fieldErrorSchema) })
    .optional()
    .meta({
      description: 'Why nothing was stored, for builders that would send an error again and again.',
    }),
});
export type SubmissionAnswer = z.infer<typeof submissionAnswerSchema>;
