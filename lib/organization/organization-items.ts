import { type Automation, automationSchema } from '../automation/automation.ts';
import type { Item, Key } from '../runtime/dynamodb.ts';
import { remembered } from '../runtime/memoize-by-content.ts';
import { type Keyword, keywordSchema } from './keyword.ts';
import { defaultSettings, type Settings, settingsSchema } from './settings.ts';

/** How settings, automations and keywords lie in the configuration's table; forms: `form-items.ts`. No other file spells these keys. */
export const settingsKey: Key = { pk: 'SETTINGS', sk: 'SETTINGS' };
export const AUTOMATIONS = 'AUTOMATION';
export const KEYWORDS = 'KEYWORD';
export const keywordKey = (word: string): Key => ({ pk: KEYWORDS, sk: word });
export const automationKey = (id: string): Key => ({ pk: AUTOMATIONS, sk: id });

const settingsOf = remembered((whole) => settingsSchema.parse(whole));
const automationOf = remembered((stored) => automationSchema.parse(stored));

/** Stored settings over the defaults, so that a setting added by a release has its default at once. */
export function parseSettings(item: Item | undefined, organizationName: string): Settings {
  const stored = pick(item ?? {}, Object.keys(settingsSchema.shape));
  return settingsOf({ ...defaultSettings(organizationName), ...stored });
}

export function parseAutomation(item: Item): Automation {
  return automationOf(pick(item, Object.keys(automationSchema.shape)));
}

export function parseKeyword(item: Item): Keyword {
  return keywordSchema.parse(pick(item, Object.keys(keywordSchema.shape)));
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.filter((name) => name in item).map((name) => [name, item[name]]));
}
