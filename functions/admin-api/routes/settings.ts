import type * as z from 'zod';
import { RequestProblem } from '../../../lib/http/route.ts';
import {
  defaultSettings,
  type Settings,
  settingsChangeSchema,
  settingsSchema,
} from '../../../lib/organization/settings.ts';
import { readSettingsChange } from '../../../lib/organization/settings-change.ts';
import { route } from '../route.ts';

const answers = { status: 200, schema: settingsSchema, example: defaultSettings('Acme Windows') };

/**
 * Reads a change of settings from a body.
 *
 * @param at path of the settings in the body, a prefix of the field names in errors.
 * @throws RequestProblem 422 that names every wording that is wrong.
 */
export function settingsChangeIn(
  current: Settings,
  body: z.infer<typeof settingsChangeSchema>,
  at = '',
): Partial<Settings> {
  const { change, faults } = readSettingsChange(current, body);
  if (faults.length === 0) return change;
  const detail = 'Correct the fields named in errors and send the request again. Nothing was changed.';
  const errors = faults.map(({ field, message }) => ({ field: `${at}${field}`, message }));
  throw new RequestProblem(422, 'The request cannot be used', detail, errors);
}

export const settingsRoutes = [
  route({
    method: 'GET',
    path: '/settings',
    operationId: 'getSettings',
    tag: 'settings',
    summary: "Gives the organization's settings",
    roles: ['admin', 'agent'],
    answers,
    handle: async ({ configuration }) => ({ status: 200, body: await configuration.settings() }),
  }),
  route({
    method: 'PATCH',
    path: '/settings',
    operationId: 'changeSettings',
    tag: 'settings',
    summary: 'Changes some settings; they hold from the next cycle',
    roles: ['admin'],
    body: settingsChangeSchema,
    bodyExample: { requireSmsOptIn: false, timeZone: 'America/Denver' },
    answers,
    handle: async ({ configuration }, { body, actor }) => {
      const change = settingsChangeIn(await configuration.settings(), body);
      return { status: 200, body: await configuration.changeSettings(change, actor) };
    },
  }),
];
