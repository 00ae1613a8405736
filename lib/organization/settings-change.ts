import type * as z from 'zod';
import type { Settings, settingsChangeSchema } from './settings.ts';
import { type WordingFault, wordingFaults } from './wording.ts';

/** A change of settings, and the faults that make it unusable. Without faults it can be saved. */
export interface ReadSettingsChange {
  readonly change: Partial<Settings>;
  readonly faults: readonly WordingFault[];
}

/**
 * Checks a change of settings together with the settings that stay, since another name or footer can make a wording wrong.
 * Pure.
 *
 * @param requested the fields of a request. Undefined fields are not changed.
 */
export function readSettingsChange(
  current: Settings,
  requested: z.infer<typeof settingsChangeSchema>,
): ReadSettingsChange {
  // exactOptionalPropertyTypes: a field that was not sent is absent, not undefined.
  const change = Object.fromEntries(Object.entries(requested).filter(([, value]) => value !== undefined));
  return { change, faults: wordingFaults({ ...current, ...change }) };
}
