import type * as z from 'zod';
import type { Settings, settingsChangeSchema } from './settings.ts';
import { type WordingFault, wordingFaults } from './wording.ts';

/** A change of settings that was asked for, and what makes it unusable; usable without faults. */
export interface ReadSettingsChange {
  readonly change: Partial<Settings>;
  readonly faults: readonly WordingFault[];
}

/**
 * Reads a change of settings against those that stay: another name or footer can make a wording wrong that was right.
 *
 * @param asked the fields of a request; those that are undefined are not changed.
 */
export function readSettingsChange(
  current: Settings,
  asked: z.infer<typeof settingsChangeSchema>,
): ReadSettingsChange {
  // exactOptionalPropertyTypes: a field that was not sent is absent, not undefined.
  const change = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { change, faults: wordingFaults({ ...current, ...change }) };
}
