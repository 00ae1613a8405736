import * as z from 'zod';
import { type Automation, automationSchema } from '../automation/automation.ts';
import { type Form, formSchema } from '../forms/form.ts';
import type { Item, Key } from '../runtime/dynamodb.ts';
import { remembered } from '../runtime/remembered.ts';
import { type Keyword, keywordSchema } from './keyword.ts';
import { defaultSettings, type Settings, settingsSchema } from './settings.ts';

/** How the configuration lies in its table. No other file spells these keys. */
export const settingsKey: Key = { pk: 'SETTINGS', sk: 'SETTINGS' };
export const FORMS = 'FORM';
export const AUTOMATIONS = 'AUTOMATION';
export const KEYWORDS = 'KEYWORD';
export const keywordKey = (word: string): Key => ({ pk: KEYWORDS, sk: word });
/** Partition of the secrets with which builders sign. Only form-webhook may read it (infra/constructs/configuration.ts). */
export const FORM_SECRETS = 'FORM_SECRET';
export const formKey = (id: string): Key => ({ pk: FORMS, sk: id });
export const formSecretKey = (id: string): Key => ({ pk: FORM_SECRETS, sk: id });
export const automationKey = (id: string): Key => ({ pk: AUTOMATIONS, sk: id });

const formSecretSchema = z.object({ signingSecret: z.string().min(1) });
const settingsOf = remembered((whole) => settingsSchema.parse(whole));
const automationOf = remembered((stored) => automationSchema.parse(stored));

/** Stored settings over the defaults, so that a setting added by a release has its default at once. */
export function parseSettings(item: Item | undefined, organizationName: string): Settings {
  const stored = pick(item ?? {}, Object.keys(settingsSchema.shape));
  return settingsOf({ ...defaultSettings(organizationName), ...stored });
}

export function parseForm(item: Item): Form {
  return formSchema.parse(item);
}

/** The signing secret in its item. */
export function parseFormSecret(item: Item): string {
  return formSecretSchema.parse(item).signingSecret;
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
