import type { Item, Key } from '../runtime/dynamodb.ts';
import { memoizeByContent } from '../runtime/memoize-by-content.ts';
import { pickFields } from '../runtime/pick-fields.ts';
import { type Keyword, keywordSchema } from './keyword.ts';
import { defaultSettings, type Settings, settingsSchema } from './settings.ts';

/** Keys of settings and keywords in the configuration table. No other file spells them. */
export const settingsKey: Key = { pk: 'SETTINGS', sk: 'SETTINGS' };
export const KEYWORDS = 'KEYWORD';
export const keywordKey = (word: string): Key => ({ pk: KEYWORDS, sk: word });

const settingsOf = memoizeByContent((whole) => settingsSchema.parse(whole));

/** Stored settings over the defaults, so that a setting added by a release has its default at once. */
export function parseSettings(item: Item | undefined, organizationName: string): Settings {
  const stored = pickFields(item ?? {}, Object.keys(settingsSchema.shape));
  return settingsOf({ ...defaultSettings(organizationName), ...stored });
}

export function parseKeyword(item: Item): Keyword {
  return keywordSchema.parse(pickFields(item, Object.keys(keywordSchema.shape)));
}
