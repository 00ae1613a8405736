import type { ObjectDescription, Salesforce } from './salesforce.ts';

/** An object's description is cached for this long, so an admin's new field is seen within this time. */
const CACHE_MILLISECONDS = 10 * 60_000;
const API_NAME = /^[a-z]\w{0,79}$/i;

/** Descriptions of Salesforce's objects, each cached for ten minutes. Failures are not cached. */
export type Descriptions = ReturnType<typeof createDescriptions>;

/** Creates an empty cache of descriptions. */
export function createDescriptions(salesforce: Pick<Salesforce, 'describe'>, now: () => Date) {
  const cache = new Map<
    string,
    { readonly until: number; readonly description: ObjectDescription | undefined }
  >();
  return {
    /** Describes an object. @returns undefined when there is none that sendgate's user may see. */
    async get(object: string): Promise<ObjectDescription | undefined> {
      if (!API_NAME.test(object)) return undefined;
      const key = object.toLowerCase();
      const cached = cache.get(key);
      if (cached && cached.until > now().getTime()) return cached.description;
      const description = await salesforce.describe(object);
      cache.set(key, { description, until: now().getTime() + CACHE_MILLISECONDS });
      return description;
    },
    /** Empties the cache, after Salesforce contradicted a description. */
    forget: (): void => cache.clear(),
  };
}
