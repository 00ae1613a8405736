import { parseState, stateKey } from '../consent/items.ts';
import type { ConsentState } from '../consent/state.ts';
import { parseSettings, settingsKey } from '../organization/items.ts';
import type { Settings } from '../organization/settings.ts';
import { readConsistently } from '../runtime/dynamodb.ts';
import type { FactsDeps } from './facts.ts';

export interface Standings {
  readonly settings: Settings;
  readonly states: ReadonlyMap<string, ConsentState>;
}

/** Keys of one request, the settings' own left out. */
const NUMBERS_PER_READ = 99;

/**
 * The settings, and the consent of some numbers, strongly consistent and in one request: what lists show beside each number.
 * Of more than 99 numbers in several.
 */
export async function loadStandings(deps: FactsDeps, numbers: readonly string[]): Promise<Standings> {
  const { client, consentTable, configurationTable, organization } = deps;
  const distinct = [...new Set(numbers)];
  const states = new Map<string, ConsentState>();
  let stored: Record<string, unknown> | undefined;
  for (let from = 0; from === 0 || from < distinct.length; from += NUMBERS_PER_READ) {
    const some = distinct.slice(from, from + NUMBERS_PER_READ);
    const found = await readConsistently(client, {
      [configurationTable]: [settingsKey],
      [consentTable]: some.map(stateKey),
    });
    stored ??= found[configurationTable]?.[0];
    const items = new Map((found[consentTable] ?? []).map((item) => [String(item['number']), item]));
    for (const number of some) states.set(number, parseState(items.get(number), number));
  }
  return { settings: parseSettings(stored, organization), states };
}
