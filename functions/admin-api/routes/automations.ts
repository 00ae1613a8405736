import * as z from 'zod';
import { automationSchema } from '../../../lib/automation/automation.ts';
import { invalid, notFound, RequestProblem, route } from '../route.ts';

const asked = {
  id: 'welcome',
  kind: 'newProspect',
  name: 'Welcome',
  steps: [{ delay: 'PT0S', template: 'Hi {{firstName|there}}, thanks for asking {{organizationName}}!' }],
};
const example = automationSchema.parse(asked);
const one = { status: 200, schema: automationSchema, example };

export const automationRoutes = [
  route({
    method: 'GET',
    path: '/automations',
    summary: 'Every automation',
    roles: ['admin', 'agent'],
    answers: {
      status: 200,
      schema: z.object({ automations: z.array(automationSchema) }),
      example: { automations: [example] },
    },
    handle: async ({ configuration }) => ({
      status: 200,
      body: { automations: await configuration.automations() },
    }),
  }),
  route({
    method: 'GET',
    path: '/automations/{id}',
    summary: 'One automation',
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
    summary: 'Creates or replaces an automation; leads in it go on at their step',
    roles: ['admin'],
    body: automationSchema.meta({ example: asked }),
    answers: one,
    handle: async ({ configuration }, { path, body }) => {
      if (body.id !== path['id']) throw invalid('id', 'The id must be the one in the URL.');
      const before = await configuration.automation(body.id);
      if (before && before.kind !== body.kind) {
        throw invalid('kind', 'The kind of an automation cannot change. Create another automation.');
      }
      await configuration.putAutomation(body);
      return { status: 200, body };
    },
  }),
  route({
    method: 'DELETE',
    path: '/automations/{id}',
    summary: 'Removes an automation that no form names; leads in it are stopped',
    roles: ['admin'],
    answers: { status: 200, schema: z.object({ removed: z.string() }), example: { removed: 'welcome' } },
    handle: async ({ configuration }, { path }) => {
      const id = path['id'] ?? '';
      const forms = (await configuration.forms()).filter((form) => form.automations.includes(id));
      if (forms.length > 0) {
        const named = forms.map((form) => form.id).join(', ');
        throw new RequestProblem(409, 'In use', `Take the automation out of these forms first: ${named}.`);
      }
      if (!(await configuration.removeAutomation(id))) throw notFound('automation');
      return { status: 200, body: { removed: id } };
    },
  }),
];
