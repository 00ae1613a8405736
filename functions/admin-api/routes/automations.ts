import * as z from 'zod';
import { type Automation, automationKinds, automationSchema } from '../../../lib/automation/automation.ts';
import { identifySteps } from '../../../lib/automation/steps.ts';
import { invalidField, notFound, RequestProblem, removedSchema } from '../../../lib/http/route.ts';
import { keywordIn } from '../../../lib/messaging/opt-in-keyword.ts';
import { type AdminDeps, route } from '../route.ts';

const inputExample = {
  id: 'welcome',
  kind: 'newProspect',
  name: 'Welcome',
  steps: [{ delay: 'PT0S', template: 'Hi {{firstName|there}}, thanks for asking {{organizationName}}!' }],
};
const example = automationSchema.parse(inputExample);
const one = { status: 200, schema: automationSchema, example };

/** Schema of an automation that a user creates. A campaign creates the automation of a broadcast, which never changes. */
const handMadeSchema = automationSchema
  .extend({ kind: z.enum(automationKinds).exclude(['campaign']) })
  .meta({ id: 'AutomationInput' });
const broadcastProblem = (id: string) =>
  new RequestProblem(
    409,
    'A broadcast',
    `${id} is a broadcast of a campaign. Stop it at /campaigns/{id}/broadcasts.`,
  );

/** Replaces the keyword of an automation by its stored form. @throws RequestProblem 422 when there is no such keyword. */
async function withKeyword({ configuration }: AdminDeps, automation: Automation): Promise<Automation> {
  if (automation.keyword === undefined) return automation;
  const keyword = keywordIn(automation.keyword);
  if (keyword === '' || !(await configuration.keyword(keyword))) {
    throw invalidField('keyword', `There is no keyword "${automation.keyword}". Create it first.`);
  }
  return { ...automation, keyword };
}

export const automationRoutes = [
  route({
    method: 'GET',
    path: '/automations',
    operationId: 'listAutomations',
    tag: 'automations',
    summary: 'Lists the automations that users made, or those of one kind, broadcasts of campaigns included',
    roles: ['admin', 'agent'],
    query: z.strictObject({ kind: z.enum(automationKinds).optional() }),
    answers: {
      status: 200,
      schema: z.object({ automations: z.array(automationSchema) }),
      example: { automations: [example] },
    },
    handle: async ({ configuration }, { query }) => {
      const automations = (await configuration.automations()).filter(({ kind }) =>
        query.kind === undefined ? kind !== 'campaign' : kind === query.kind,
      );
      return { status: 200, body: { automations } };
    },
  }),
  route({
    method: 'GET',
    path: '/automations/{id}',
    operationId: 'getAutomation',
    tag: 'automations',
    summary: 'Gives one automation',
    roles: ['admin', 'agent'],
    answers: one,
    handle: async ({ configuration }, { path }) => {
      const automation = await configuration.automation(path['id'] ?? '');
      if (!automation) throw notFound('automation');
      return { status: 200, body: automation };
    },
  }),
  route({
    method: 'PUT',
    path: '/automations/{id}',
    operationId: 'putAutomation',
    tag: 'automations',
    summary: 'Creates or replaces an automation; leads in it go on at their step, wherever it stands then',
    roles: ['admin'],
    body: handMadeSchema,
    bodyExample: inputExample,
    answers: one,
    handle: async (deps, { path, body }) => {
      const { configuration } = deps;
      if (body.id !== path['id']) throw invalidField('id', 'The id must be the one in the URL.');
      const before = await configuration.automation(body.id);
      if (before?.kind === 'campaign') throw broadcastProblem(body.id);
      if (before && before.kind !== body.kind) {
        throw invalidField('kind', 'The kind of an automation cannot change. Create another automation.');
      }
      const identified = { ...body, steps: identifySteps(body.steps, before) };
      const createdAt = before ? before.createdAt : deps.now().toISOString();
      const automation = { ...(await withKeyword(deps, identified)), createdAt };
      await configuration.putAutomation(automation);
      return { status: 200, body: automation };
    },
  }),
  route({
    method: 'DELETE',
    path: '/automations/{id}',
    operationId: 'removeAutomation',
    tag: 'automations',
    summary: 'Removes an automation that no form names; leads in it are stopped',
    roles: ['admin'],
    answers: { status: 200, schema: removedSchema, example: { removed: 'welcome' } },
    handle: async ({ configuration }, { path }) => {
      const id = path['id'] ?? '';
      const forms = (await configuration.forms()).filter((form) => form.automations.includes(id));
      if (forms.length > 0) {
        const named = forms.map((form) => form.id).join(', ');
        throw new RequestProblem(409, 'In use', `Take the automation out of these forms first: ${named}.`);
      }
      if ((await configuration.automation(id))?.kind === 'campaign') throw broadcastProblem(id);
      if (!(await configuration.removeAutomation(id))) throw notFound('automation');
      return { status: 200, body: { removed: id } };
    },
  }),
];
