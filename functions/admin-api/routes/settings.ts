import { defaultSettings, settingsChangeSchema, settingsSchema } from '../../../lib/organization/settings.ts';
import { wordingFaults } from '../../../lib/organization/wording.ts';
import { RequestProblem, route } from '../route.ts';

const answers = { status: 200, schema: settingsSchema, example: defaultSettings('Acme Windows') };

export const settingsRoutes = [
  route({
    method: 'GET',
    path: '/settings',
    summary: "The organization's rules",
    roles: ['admin', 'agent'],
    answers,
    handle: async ({ configuration }) => ({ status: 200, body: await configuration.settings() }),
  }),
  route({
    method: 'PATCH',
    path: '/settings',
    summary: 'Changes some rules; they hold from the next cycle',
    roles: ['admin'],
    body: settingsChangeSchema.meta({ example: { requireSmsOptIn: false, timeZone: 'America/Denver' } }),
    answers,
    handle: async ({ configuration }, { body, actor }) => {
      // exactOptionalPropertyTypes: a field that was not sent is absent, not undefined.
      const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      // Another name or footer can make a wording wrong that was right: all of them are looked at.
      const errors = wordingFaults({ ...(await configuration.settings()), ...change });
      if (errors.length > 0) {
        const detail = 'Correct the fields named in errors and send the request again. Nothing was changed.';
        throw new RequestProblem(422, 'The request cannot be used', detail, errors);
      }
      return { status: 200, body: await configuration.changeSettings(change, actor) };
    },
  }),
];
