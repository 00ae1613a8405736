import type * as z from 'zod';
import { RequestProblem } from '../../lib/http/route.ts';
import type { Settings, settingsChangeSchema } from '../../lib/organization/settings.ts';
import { wordingFaults } from '../../lib/organization/wording.ts';

/**
 * The settings that a body changes, held against those that stay: another name or footer can make a wording wrong that was
 * right.
 *
 * @param at where the settings stand in the body, for naming what is wrong.
 * @throws RequestProblem 422 naming every wording that is wrong.
 */
export function changedSettings(
  current: Settings,
  body: z.infer<typeof settingsChangeSchema>,
  at = '',
): Partial<Settings> {
  // exactOptionalPropertyTypes: a field that was not sent is absent, not undefined.
  const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  const errors = wordingFaults({ ...current, ...change });
  if (errors.length === 0) return change;
  const detail = 'Correct the fields named in errors and send the request again. Nothing was changed.';
  const named = errors.map(({ field, message }) => ({ field: `${at}${field}`, message }));
  throw new RequestProblem(422, 'The request cannot be used', detail, named);
}
