import { checkMapping } from '../../lib/crm/check-mapping.ts';
import type { RowCheck } from '../../lib/crm/crm-api.ts';
import { describeMapped } from '../../lib/crm/look-up.ts';
import { type CrmPreferences, findCrmObject, type Mapping, objectsOf } from '../../lib/crm/preferences.ts';
import { SalesforceProblem } from '../../lib/crm/salesforce.ts';
import type { CrmDeps } from './crm-deps.ts';

/**
 * Asks Salesforce again, without the cache, whether the fields of mappings can be used (H8).
 *
 * @returns a check per mapping, in their order. When Salesforce does not answer, each check carries the reason.
 */
export async function verifyMappings(
  { descriptions }: Pick<CrmDeps, 'descriptions'>,
  preferences: CrmPreferences,
  mappings: readonly Mapping[],
): Promise<RowCheck[]> {
  const objects = objectsOf(preferences);
  descriptions.forget();
  try {
    const described = await describeMapped(descriptions, preferences, mappings);
    return mappings.map((mapping) => {
      const { name } = findCrmObject(objects, mapping.object);
      return checkMapping(mapping, objects, described.get(name.toLowerCase()));
    });
  } catch (error) {
    if (!(error instanceof SalesforceProblem)) throw error;
    const unknown = error.message;
    return mappings.map(() => ({ unknown }));
  }
}
