import type { Item, Key } from '../runtime/dynamodb.ts';
import { memoizeByContent } from '../runtime/memoize-by-content.ts';
import { pickFields } from '../runtime/pick-fields.ts';
import { type Keyword, keywordSchema } from './keyword.ts';
import { defaultSettings, type Settings, settingsSchema } from './settings.ts';

/** Key of the settings in the configuration table. No other file spells the keys of settings and keywords. */
export const settingsKey: Key = { pk: 'SETTINGS', sk: 'SETTINGS' };
/** Partition key of all keywords in the configuration table. */
export const KEYWORDS = 'KEYWORD';
/** Builds the key of a keyword in the configuration table. @param word upper case. */
export const keywordKey = (word: string): Key => ({ pk: KEYWORDS, sk: word });

const parseWholeSettings = memoizeByContent((whole) => settingsSchema.parse(whole));

/**
 * Merges the stored settings over the defaults. So a setting that a new release adds has its default at once.
 *
 * @param item undefined when no settings are stored. @param organizationName the default name.
 * @throws ZodError on malformed settings.
 */
export function parseSettings(item: Item | undefined, organizationName: string): Settings {
  const stored = pickFields(item ?? {}, Object.keys(settingsSchema.shape));
  return parseWholeSettings({ ...defaultSettings(organizationName), ...stored });
}

/** Parses a stored keyword. @throws ZodError on a malformed item. */
export function parseKeyword(item: Item): Keyword {
  return keywordSchema.parse(pickFields(item, Object.keys(keywordSchema.shape)));
}
