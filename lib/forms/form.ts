import * as z from 'zod';
import { idSchema } from '../automation/automation.ts';
import { facts } from './builders/facts.ts';
import { builderNames, builderOf } from './builders/index.ts';
import { limitsSchema } from './submission-limits.ts';

/** Name of a question or field, or a path into the payload such as `contact.phone` or `answers[0].value`. */
const field = z.string().trim().min(1).max(200);
const words = z.string().trim().min(1).max(2000);

/** The fields of facts that their usual names do not find. */
const fieldsSchema = z.partialRecord(z.enum(facts), field);

const secret = z.string().min(16, 'Use 16 characters or more').max(200);

/** A checkbox, numbered from 1 (H7), with the words next to it. */
export const checkboxSchema = z.strictObject({
  number: z.int().min(1).max(20),
  /** Name or path, like those of `fields`. */
  field,
  wordsShown: words,
  /** The answer that counts as a tick, for a builder that sends an option's text and not the words. */
  option: words.optional(),
});
export type Checkbox = z.infer<typeof checkboxSchema>;

/** A form as admins configure it. Only this says whether the form has a checkbox; a payload never does. */
export const formInputSchema = z
  .strictObject({
    id: idSchema,
    name: z.string().trim().min(1).max(120),
    enabled: z.boolean().default(true),
    /** The builder that posts. It decides the payload's shape and the proof of origin. */
    builder: z.enum(builderNames).default('generic'),
    fields: fieldsSchema.default({}),
    /** Opt-in checkboxes (H4). Empty: the form has none. */
    checkboxes: z.array(checkboxSchema).max(20).default([]),
    /** The words that make a submission of a form without a checkbox a consent (H5). */
    disclaimer: words.optional(),
    /**
     * The form asks the opt-in question (B1) in fixed words: Yes or No, and with Yes the number. `required`: a submission without
     * an answer is refused.
     */
    optInQuestion: z.strictObject({ required: z.boolean().default(true) }).optional(),
    /** A hidden field that people leave empty and programs fill in. A submission that has it gets the usual answer and is not stored. */
    trap: field.optional(),
    /** Limits of submissions per minute; more are answered 429. */
    limits: limitsSchema.prefault({}),
    /** Automations that a submission enrols the lead in. */
    automations: z.array(idSchema).max(20).default([]),
    /** Country of phone numbers written without a country code, ISO 3166-1 alpha-2. */
    defaultCountry: z
      .string()
      .regex(/^[A-Z]{2}$/, 'Use a two-letter country code such as US')
      .default('US'),
    /**
     * When set, a submission must carry it in the header `x-sendgate-secret`, in `?secret=` or where the builder puts
     * it. It is never shown again. Null removes it.
     */
    secret: secret.nullable().optional(),
    /** The builder's signing secret. When set, unsigned submissions are refused. It is never shown again. Null removes it. */
    signingSecret: secret.nullable().optional(),
  })
  .superRefine((form, context) => {
    for (const [path, message] of consentProblems(form))
      context.addIssue({ code: 'custom', path: [path], message });
  })
  .refine((form) => new Set(form.checkboxes.map((box) => box.number)).size === form.checkboxes.length, {
    path: ['checkboxes'],
    message: 'Two checkboxes have the same number',
  });
export type FormInput = z.infer<typeof formInputSchema>;

/** A form as it is stored. It has the secret's SHA-256 only; the signing secret is in an item of its own. */
export const formSchema = z.object({
  ...formInputSchema.shape,
  secret: z.undefined().optional(),
  signingSecret: z.undefined().optional(),
  secretHash: z.string().optional(),
  /** True: there is a signing secret, so submissions must be signed. */
  signed: z.boolean().default(false),
});
export type Form = z.infer<typeof formSchema>;

/** Lists the checkboxes of a form: the configured ones, else the one that its builder always has. */
export function checkboxesOf({
  checkboxes,
  builder,
}: Pick<Form, 'checkboxes' | 'builder'>): readonly Checkbox[] {
  const own = builderOf(builder).checkbox;
  return checkboxes.length === 0 && own ? [{ number: 1, ...own }] : checkboxes;
}

type Consenting = Pick<
  FormInput,
  'builder' | 'checkboxes' | 'disclaimer' | 'optInQuestion' | 'signingSecret'
>;

/** Finds the faults of a configuration that does not say how its submissions consent. @returns pairs of field and message. */
function consentProblems(form: Consenting): [keyof Consenting, string][] {
  const { title, proof, checkbox, refusesCheckboxes } = builderOf(form.builder);
  const problems: [keyof Consenting, string][] = [];
  if (form.optInQuestion) {
    const alone = form.checkboxes.length === 0 && form.disclaimer === undefined && form.builder === 'generic';
    const message =
      'The question brings its own words and fields: leave checkboxes, disclaimer and builder out';
    if (!alone) problems.push(['optInQuestion', message]);
  } else if (checkboxesOf(form).length === 0 && form.disclaimer === undefined && !refusesCheckboxes) {
    problems.push([
      'disclaimer',
      'A form without checkboxes or opt-in question needs its disclaimer: it is the evidence of consent',
    ]);
  }
  if (refusesCheckboxes && form.checkboxes.length > 0) problems.push(['checkboxes', refusesCheckboxes]);
  if (checkbox && form.disclaimer !== undefined) {
    const message = `${title} says itself who agreed (${checkbox.field}), so a disclaimer consents for nobody. Leave it out`;
    problems.push(['disclaimer', message]);
  }
  if (proof.scheme === 'secret' && form.signingSecret) {
    problems.push([
      'signingSecret',
      `${title} signs nothing. Use "secret" and put it where docs/forms.md says`,
    ]);
  }
  return problems;
}
