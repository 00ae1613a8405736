import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Automation } from '../automation/automation.ts';
import { AUTOMATIONS, automationKey, parseAutomation } from '../automation/automation-items.ts';
import type { Keyword } from '../organization/keyword.ts';
import {
  KEYWORDS,
  keywordKey,
  parseKeyword,
  parseSettings,
  settingsKey,
} from '../organization/organization-items.ts';
import { type Settings, settingsSchema } from '../organization/settings.ts';
import { changeVersioned, LOST } from '../runtime/change-versioned.ts';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import { type ClockedTableDeps, readItem } from '../runtime/dynamodb.ts';
import { putOverVersion } from '../runtime/item-conditions.ts';
import { listItems, parseIfPresent, putItem, removeItem } from './configuration-table.ts';

export interface SettingsStoreDeps extends ClockedTableDeps {
  /** Name of the organization until its admins set another. */
  readonly organization: string;
}

/**
 * The configuration without its forms: settings, automations and keywords. Functions that see no form are spared the
 * schemas of every form builder at each cold start. Every read is strongly consistent.
 */
export type SettingsStore = ReturnType<typeof createSettingsStore>;

export function createSettingsStore(deps: SettingsStoreDeps) {
  return {
    settings: async (): Promise<Settings> =>
      parseSettings(await readItem(deps, settingsKey), deps.organization),
    /** Changes the named settings and leaves the others; who did it is stored with them. */
    changeSettings: (change: Partial<Settings>, actor: string) => changeSettings(deps, change, actor),

    automation: async (id: string): Promise<Automation | undefined> =>
      parseIfPresent(await readItem(deps, automationKey(id)), parseAutomation),
    automations: async (): Promise<Automation[]> => (await listItems(deps, AUTOMATIONS)).map(parseAutomation),
    putAutomation: async (automation: Automation): Promise<void> => {
      await putItem(deps, { ...automationKey(automation.id), ...automation });
    },
    removeAutomation: (id: string): Promise<boolean> => removeItem(deps, automationKey(id)),

    keyword: async (word: string): Promise<Keyword | undefined> =>
      parseIfPresent(await readItem(deps, keywordKey(word)), parseKeyword),
    keywords: async (): Promise<Keyword[]> => (await listItems(deps, KEYWORDS)).map(parseKeyword),
    putKeyword: async (keyword: Keyword): Promise<void> => {
      await putItem(deps, { ...keywordKey(keyword.word), ...keyword });
    },
    removeKeyword: (word: string): Promise<boolean> => removeItem(deps, keywordKey(word)),
  };
}

async function changeSettings(
  deps: SettingsStoreDeps,
  change: Partial<Settings>,
  actor: string,
): Promise<Settings> {
  return changeVersioned('The settings', {
    read: () => readItem(deps, settingsKey),
    change: (item) => {
      const updatedAt = deps.now().toISOString();
      const before = parseSettings(item, deps.organization);
      const settings = settingsSchema.parse({
        ...before,
        ...verifiedBy(change, actor, updatedAt),
        ...change,
      });
      return {
        settings,
        stored: { version: Number(item?.['version'] ?? 0) + 1, updatedAt, updatedBy: actor },
      };
    },
    write: async ({ settings, stored }) => {
      const put = putOverVersion(deps.table, { ...settingsKey, ...settings, ...stored });
      return (await ifConditionHolds(deps.client.send(new PutCommand(put)))) ? settings : LOST;
    },
  });
}

/** Whoever says that the organization is verified, or is not, stands beside it. */
function verifiedBy(change: Partial<Settings>, by: string, at: string): Partial<Settings> {
  if (change.a2pVerified === undefined) return {};
  // Who says that the organization is verified has mended what the sender was refused for.
  const cleared = change.a2pVerified ? { senderClearedAt: at } : {};
  return { a2pVerification: { source: 'admin', by, at }, ...cleared };
}
