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
 * Reads and writes the configuration without its forms: settings, automations and keywords. Functions that need no form
 * import this store, and so do not load the schemas of every form builder at a cold start. Every read is strongly
 * consistent, so a saved change holds from the next read on (H1).
 */
export type SettingsStore = ReturnType<typeof createSettingsStore>;

/** Creates the store. @param deps.table the configuration table. */
export function createSettingsStore(deps: SettingsStoreDeps) {
  return {
    /** Reads the settings. @throws ZodError when the stored ones are malformed. */
    settings: async (): Promise<Settings> =>
      parseSettings(await readItem(deps, settingsKey), deps.organization),
    /**
     * Changes the named settings and leaves the others.
     *
     * @param actor the admin, stored with the settings. @returns the settings after the change.
     * @throws ZodError when a changed setting is malformed.
     */
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
        ...verificationOf(change, actor, updatedAt),
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

/** Returns the source of a changed `a2pVerified`: the admin and the moment (C8). A verification also clears a refused sender. */
function verificationOf(change: Partial<Settings>, by: string, at: string): Partial<Settings> {
  if (change.a2pVerified === undefined) return {};
  const cleared = change.a2pVerified ? { senderClearedAt: at } : {};
  return { a2pVerification: { source: 'admin', by, at }, ...cleared };
}
