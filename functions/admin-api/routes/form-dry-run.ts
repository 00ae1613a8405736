import * as z from 'zod';
import { consentStatuses, effects, eventKinds } from '../../../lib/consent/consent-event.ts';
import { appendEvent } from '../../../lib/consent/ledger.ts';
import { consentEventOf } from '../../../lib/forms/consent-events.ts';
import { automationsOf, statementsOf } from '../../../lib/forms/consents.ts';
import type { Form } from '../../../lib/forms/form.ts';
import { BUILDER_LIMITS, type Fields, FORM_LIMITS, parsePayload } from '../../../lib/forms/payload.ts';
import { readSubmission, type SubmissionContent } from '../../../lib/forms/read-submission.ts';
import { invalidField, notFound } from '../../../lib/http/route.ts';
import { leadDetailsSchema } from '../../../lib/leads/lead.ts';
import { type AdminDeps, route } from '../route.ts';

const problemSchema = z.object({ field: z.string(), message: z.string() });

const bodySchema = z
  .strictObject({
    /** The body as the builder sent it; `contentType` belongs to it. */
    body: z
      .string()
      .max(256 * 1024)
      .optional(),
    contentType: z.string().max(300).default('application/json'),
    /** The fields as JSON, instead of a body. */
    sample: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ body, sample }) => (body === undefined) !== (sample === undefined), {
    path: ['body'],
    message: 'Give either "body" with its contentType, or "sample"',
  })
  .meta({ id: 'FormDryRunInput' });

const dryRunSchema = z
  .object({
    /** The outcome of a real submission like this: taken, refused, or nothing to keep. */
    outcome: z.enum(['taken', 'refused', 'nothing']),
    submissionId: z.string().nullable(),
    submittedAt: z.string().nullable(),
    unfinished: z.enum(['partial', 'edited']).nullable(),
    phone: z.object({ field: z.string(), value: z.unknown(), number: z.string().nullable() }),
    checkboxes: z.array(
      z.object({
        number: z.int(),
        field: z.string(),
        /** The value as the builder sent it; null when it sent none. */
        value: z.unknown(),
        ticked: z.boolean(),
        wordsShown: z.string(),
      }),
    ),
    /** The events that would be recorded, and how they would change the number's current consent status. */
    consent: z.array(
      z.object({
        kind: z.enum(eventKinds),
        checkbox: z.int().optional(),
        answer: z.enum(['yes', 'no']).optional(),
        wordsShown: z.string(),
        wordsVersion: z.string(),
        before: z.enum(consentStatuses),
        after: z.enum(consentStatuses),
        effect: z.enum(effects),
      }),
    ),
    details: leadDetailsSchema,
    enrollments: z.array(z.object({ automationId: z.string(), enabled: z.boolean() })),
    /** The reasons for which a real submission would be refused. */
    problems: z.array(problemSchema),
    /** Details that would be left out, with the reasons. */
    leftOut: z.array(problemSchema),
    /** Names of fields that the form does not map; they are stored with the submission. */
    unusedFields: z.array(z.string()),
  })
  .meta({ id: 'FormDryRun' });

const example = dryRunSchema.parse({
  outcome: 'taken',
  submissionId: 'a3a12ec67a1365927098a606107fac15',
  submittedAt: '2026-11-20T15:04:05.000Z',
  unfinished: null,
  phone: { field: 'phone', value: '(303) 555-0142', number: '+13035550142' },
  checkboxes: [
    {
      number: 1,
      field: 'smsConsent',
      value: 'on',
      ticked: true,
      wordsShown: 'I agree to get recurring texts from Acme Windows.',
    },
  ],
  consent: [
    {
      kind: 'explicitWeb',
      checkbox: 1,
      wordsShown: 'I agree to get recurring texts from Acme Windows.',
      wordsVersion: '0d2b5b0f6f1c2a44',
      before: 'none',
      after: 'opted_in',
      effect: 'changed',
    },
  ],
  details: { firstName: 'Dana' },
  enrollments: [{ automationId: 'welcome', enabled: true }],
  problems: [],
  leftOut: [],
  unusedFields: ['favoriteColor'],
});

export const formDryRunRoutes = [
  route({
    method: 'POST',
    path: '/forms/{id}/dry-run',
    operationId: 'dryRunForm',
    tag: 'forms',
    summary:
      'Tells what a submission would do: phone, checkboxes, consent, enrollments, problems; stores nothing',
    roles: ['admin'],
    body: bodySchema,
    bodyExample: {
      body: 'phone=3035550142&smsConsent=on',
      contentType: 'application/x-www-form-urlencoded',
    },
    answers: { status: 200, schema: dryRunSchema, example },
    handle: async (deps, { path, body }) => {
      const form = await deps.configuration.form(path['id'] ?? '');
      if (!form) throw notFound('form');
      return { status: 200, body: await dryRunForm(deps, form, await fieldsOf(form, body)) };
    },
  }),
];

async function fieldsOf(form: Form, { body, contentType, sample }: z.infer<typeof bodySchema>) {
  const posted = sample === undefined ? { type: contentType, text: body ?? '' } : asJson(sample);
  const limits = form.builder === 'generic' ? FORM_LIMITS : BUILDER_LIMITS;
  const payload = await parsePayload(posted.type, Buffer.from(posted.text), limits);
  if (payload.kind === 'refused')
    throw invalidField(sample === undefined ? 'body' : 'sample', payload.detail);
  return payload.fields;
}

function asJson(sample: Fields) {
  return { type: 'application/json', text: JSON.stringify(sample) };
}

async function dryRunForm(
  deps: AdminDeps,
  form: Form,
  fields: Fields,
): Promise<z.infer<typeof dryRunSchema>> {
  const { organizationName } = await deps.configuration.settings();
  const read = readSubmission(form, fields, organizationName);
  const { phone, boxes, details, leftOut, unused } = read.report;
  const content = 'content' in read ? read.content : undefined;
  return {
    outcome: content ? 'taken' : 'problems' in read ? 'refused' : 'nothing',
    submissionId: content?.submissionId ?? null,
    submittedAt: content?.submittedAt ?? null,
    unfinished: content?.unfinished ?? null,
    phone: { field: phone.field, value: phone.value ?? null, number: phone.e164 ?? null },
    checkboxes: boxes.map(({ number, field, value, ticked, wordsShown }) => {
      return { number, field, value: value ?? null, ticked, wordsShown };
    }),
    consent: content ? await consentOf(deps, form, content) : [],
    details,
    enrollments: content ? await enrollmentsOf(deps, automationsOf(form, content)) : [],
    problems: 'problems' in read ? [...read.problems] : [],
    leftOut: [...leftOut],
    unusedFields: [...unused],
  };
}

/** Applies the events of a submission to the number's consent state, one after the other, and records none. */
async function consentOf(
  { registry, configuration, now }: AdminDeps,
  form: Form,
  content: SubmissionContent,
) {
  const at = now().toISOString();
  const settings = await configuration.settings();
  let state = await registry.read(content.number);
  return statementsOf(form, content).map((statement) => {
    const submissionId = content.submissionId ?? 'dry-run';
    const submission = { number: content.number, formId: form.id, submissionId, uid: submissionId };
    const evidence = { ...submission, occurredAt: content.submittedAt ?? at };
    const newEvent = consentEventOf(evidence, statement, settings);
    const { event, state: next } = appendEvent(state, newEvent, at);
    state = next;
    const { checkbox, answer, wordsShown } = statement;
    return {
      kind: event.kind,
      ...(checkbox !== undefined && { checkbox }),
      ...(answer && { answer }),
      wordsShown,
      wordsVersion: event.evidence.source === 'form' ? event.evidence.wordsVersion : '',
      before: event.before,
      after: event.after,
      effect: event.effect,
    };
  });
}

async function enrollmentsOf({ configuration }: AdminDeps, ids: readonly string[]) {
  const automations = await Promise.all(ids.map((id) => configuration.automation(id)));
  return automations.map((automation, index) => ({
    automationId: ids[index] ?? '',
    enabled: automation?.enabled ?? false,
  }));
}
