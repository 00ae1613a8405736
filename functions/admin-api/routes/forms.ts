import { isSupportedCountry } from 'libphonenumber-js/max';
import * as z from 'zod';
import { builderOf } from '../../../lib/forms/builders/index.ts';
import { type Form, formInputSchema, formSchema } from '../../../lib/forms/form.ts';
import { invalidField, notFound, removedSchema } from '../../../lib/http/route.ts';
import { type AdminDeps, route } from '../route.ts';

const shownSchema = z
  .object({ ...formSchema.shape, hasSecret: z.boolean(), proofOfOrigin: z.string() })
  .omit({ secret: true, secretHash: true, signingSecret: true })
  .meta({ id: 'Form', description: 'A form, without its secrets.' });
const inputExample = {
  id: 'quote',
  name: 'Get a quote',
  checkboxes: [
    { number: 1, field: 'smsConsent', wordsShown: 'I agree to get recurring texts from Acme Windows.' },
  ],
  automations: ['welcome'],
};
const example = {
  ...formInputSchema.parse(inputExample),
  signed: false,
  hasSecret: false,
  proofOfOrigin: 'Nothing proves who posts: right for a form on a page, and for nothing else.',
};
const one = { status: 200, schema: shownSchema, example };

/** Leaves out the hash of a form's secret; `hasSecret` tells whether there is one. */
function shown({ secretHash, ...form }: Form) {
  const hasSecret = secretHash !== undefined;
  return { ...form, hasSecret, proofOfOrigin: proofOfOrigin(form, hasSecret) };
}

/** Tells what proves that a submission comes from the form's builder, or how to set up such a proof. */
function proofOfOrigin({ builder, signed }: Pick<Form, 'builder' | 'signed'>, hasSecret: boolean): string {
  const { title, proof, unsigned } = builderOf(builder);
  if (signed) return `Only what ${title} signed is taken.`;
  if (hasSecret) return "Only what carries the form's secret is taken.";
  if (builder === 'generic') return example.proofOfOrigin;
  const signs = proof.scheme === 'secret' ? undefined : `Store ${title}'s secret as signingSecret.`;
  return ['Nothing proves who posts.', signs ?? 'Set a secret.', signs && unsigned].filter(Boolean).join(' ');
}

async function checkAutomations({ configuration }: AdminDeps, ids: readonly string[]): Promise<void> {
  for (const [index, id] of ids.entries()) {
    const automation = await configuration.automation(id);
    // A form cannot enrol leads in a broadcast, which goes once to the members of its campaign.
    if (!automation || automation.kind === 'campaign') {
      throw invalidField(`automations[${index}]`, `There is no automation "${id}". Create it first.`);
    }
  }
}

export const formRoutes = [
  route({
    method: 'GET',
    path: '/forms',
    operationId: 'listForms',
    tag: 'forms',
    summary: 'Lists all forms',
    roles: ['admin', 'agent'],
    answers: {
      status: 200,
      schema: z.object({ forms: z.array(shownSchema) }),
      example: { forms: [example] },
    },
    handle: async ({ configuration }) => ({
      status: 200,
      body: { forms: (await configuration.forms()).map(shown) },
    }),
  }),
  route({
    method: 'GET',
    path: '/forms/{id}',
    operationId: 'getForm',
    tag: 'forms',
    summary: 'Gives one form',
    roles: ['admin', 'agent'],
    answers: one,
    handle: async ({ configuration }, { path }) => {
      const form = await configuration.form(path['id'] ?? '');
      if (!form) throw notFound('form');
      return { status: 200, body: shown(form) };
    },
  }),
  route({
    method: 'PUT',
    path: '/forms/{id}',
    operationId: 'putForm',
    tag: 'forms',
    summary: 'Creates or replaces a form; its secrets stay unless new ones, or null, are sent',
    roles: ['admin'],
    body: formInputSchema,
    bodyExample: inputExample,
    answers: one,
    handle: async (deps, { path, body }) => {
      if (body.id !== path['id']) throw invalidField('id', 'The id must be the one in the URL.');
      if (!isSupportedCountry(body.defaultCountry)) {
        throw invalidField(
          'defaultCountry',
          'No phone numbers of this country are known. Use a code such as US.',
        );
      }
      await checkAutomations(deps, body.automations);
      return { status: 200, body: shown(await deps.configuration.putForm(body)) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/forms/{id}',
    operationId: 'removeForm',
    tag: 'forms',
    summary: 'Removes a form; its leads and their consents stay',
    roles: ['admin'],
    answers: { status: 200, schema: removedSchema, example: { removed: 'quote' } },
    handle: async ({ configuration }, { path }) => {
      const id = path['id'] ?? '';
      if (!(await configuration.removeForm(id))) throw notFound('form');
      return { status: 200, body: { removed: id } };
    },
  }),
];
