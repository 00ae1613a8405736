import { defaultSettings, settingsChangeSchema, settingsSchema } from '../../../lib/organization/settings.ts';
import { changedSettings } from '../changed-settings.ts';
import { route } from '../route.ts';

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
      const change = changedSettings(await configuration.settings(), body);
      return { status: 200, body: await configuration.changeSettings(change, actor) };
    },
  }),
];
