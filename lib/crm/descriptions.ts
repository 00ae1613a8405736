import type { ObjectDescription, Salesforce } from './salesforce.ts';

/** How long an object's description is believed: an admin's new field is seen within this time. */
const LIFE_MILLISECONDS = 10 * 60_000;
const API_NAME = /^[a-z]\w{0,79}$/i;

/** Descriptions of objects, each kept for ten minutes and no longer, failures not at all. */
export type Descriptions = ReturnType<typeof createDescriptions>;

export function createDescriptions(salesforce: Pick<Salesforce, 'describe'>, now: () => Date) {
  const kept = new Map<string, { readonly until: number; readonly found: ObjectDescription | undefined }>();
  return {
    /** @returns undefined when there is no such object that our user may see. */
    async get(object: string): Promise<ObjectDescription | undefined> {
      if (!API_NAME.test(object)) return undefined;
      const key = object.toLowerCase();
      const known = kept.get(key);
      if (known && known.until > now().getTime()) return known.found;
      const found = await salesforce.describe(object);
      kept.set(key, { found, until: now().getTime() + LIFE_MILLISECONDS });
      return found;
    },
    /** Salesforce contradicted a description: the next look asks again. */
    forget: (): void => kept.clear(),
  };
}
