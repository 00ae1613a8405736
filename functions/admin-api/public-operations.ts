import * as z from 'zod';
import { optInQuestion } from '../../lib/forms/opt-in-question.ts';
import { describeQuestion, type ShownQuestion, shownQuestionSchema } from '../../lib/forms/shown-question.ts';
import { submissionAnswerSchema } from '../../lib/forms/submission-answer.ts';
import type { Tag } from '../../lib/http/tags.ts';

/** Describes the operations for callers without a token: form builders and Twilio. */
export const PUBLIC: Readonly<Record<string, PublicOperation>> = {
  'POST /forms/{formId}/submissions': {
    operationId: 'submitForm',
    tag: 'forms',
    summary: 'Takes a form submission as JSON, urlencoded or multipart; the same one sent twice counts once',
    types: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    query: z.object({
      secret: z.string().optional().meta({
        description: "The form's secret, where it has one and the builder can send no x-sendgate-secret.",
      }),
    }),
    body: z.looseObject({}).meta({ description: "The form's fields, under the names that the form maps." }),
    bodyExample: { firstName: 'Dana', phone: '(303) 555-0142', smsConsent: 'on' },
    answerType: 'application/json',
    answer: submissionAnswerSchema,
    answerExample: { submissionId: 'sub_1', consent: { recorded: true, checkboxes: [1] } },
    pages: [400, 401, 404, 413, 415, 422, 429, 503],
  },
  'GET /forms/{formId}/opt-in-question': {
    operationId: 'getOptInQuestion',
    tag: 'forms',
    summary:
      'Gives the opt-in question of a form: its fixed words and the schema of an answer, a snippet or a page',
    query: z.object({
      format: z.literal('html').optional().meta({
        description:
          'html: the question as a snippet for any page. Without it a browser gets a page of its own.',
      }),
      phone: z.string().optional().meta({ description: 'A number that the phone input is filled with.' }),
    }),
    answerType: 'application/json',
    answer: shownQuestionSchema,
    answerExample: questionExample(),
    pages: [],
  },
  'GET /forms/{formId}/submissions': {
    operationId: 'verifyFormAddress',
    tag: 'forms',
    summary: 'Proves to Meta that the address of a form is ours: answers its challenge',
    query: z.object({
      'hub.mode': z.literal('subscribe'),
      'hub.verify_token': z.string().meta({ description: "The form's verification word." }),
      'hub.challenge': z.string(),
    }),
    answerType: 'text/plain',
    answer: z.string(),
    answerExample: '1158201444',
  },
  'POST /twilio/inbound': {
    operationId: 'receiveText',
    tag: 'webhooks',
    summary: 'Takes a text that a person sent, signed by Twilio',
    types: ['application/x-www-form-urlencoded'],
    query: z.object({}),
    body: z.looseObject({ MessageSid: z.string(), From: z.string(), To: z.string(), Body: z.string() }),
    bodyExample: {
      MessageSid: 'SM00000000000000000000000000000001',
      From: '+13035550142',
      To: '+13035550100',
      Body: 'STOP',
    },
    answerType: 'text/xml',
    answer: z.string().meta({ description: 'TwiML with a reply, or without one.' }),
    answerExample: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
  },
  'POST /twilio/status': {
    operationId: 'receiveDeliveryStatus',
    tag: 'webhooks',
    summary: 'Takes a delivery report, signed by Twilio',
    types: ['application/x-www-form-urlencoded'],
    query: z.object({ message: z.string().meta({ description: 'The id that the text was sent with.' }) }),
    body: z.looseObject({ MessageSid: z.string(), MessageStatus: z.string() }),
    bodyExample: { MessageSid: 'SM00000000000000000000000000000001', MessageStatus: 'delivered' },
    answerType: 'application/json',
    answer: z.object({
      outcome: z
        .enum(['applied', 'stale'])
        .meta({ description: 'stale: a later status of the text was already known.' }),
    }),
    answerExample: { outcome: 'applied' },
  },
};

export interface PublicOperation {
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly types?: readonly string[];
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  readonly bodyExample?: unknown;
  readonly answerType: string;
  readonly answer: z.ZodType;
  readonly answerExample: unknown;
  /** Statuses of errors that a browser gets as HTML. When this is set, a browser gets success as HTML too. */
  readonly pages?: readonly number[];
}

function questionExample(): ShownQuestion {
  return describeQuestion(optInQuestion('Acme Windows'), {
    formId: 'texts',
    organizationName: 'Acme Windows',
    required: true,
    submitTo: 'https://api.example.com/forms/texts/submissions',
  });
}
