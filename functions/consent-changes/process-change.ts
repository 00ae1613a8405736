import { wokenBySettings } from '../../lib/automation/waking.ts';
import { AUTOMATIONS, parseAutomation, parseSettings, settingsKey } from '../../lib/organization/items.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { type TellCarrierDeps, tellCarrier } from './tell-carrier.ts';
import { onConsentChange, startWaking, type WakeDeps } from './wake.ts';

/** A change of an item as a table's stream tells it. */
export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** A change of the consent table wakes who waited for it, and is told to Twilio. @returns how many it woke. */
export async function processConsentChange(
  deps: WakeDeps & TellCarrierDeps,
  { after }: Change,
): Promise<number> {
  if (!after) return 0;
  const woken = await onConsentChange(deps, after);
  await tellCarrier(deps, after);
  return woken;
}

/** A change of the configuration table: a requirement that fell away wakes whoever waited for it. */
export async function processConfigurationChange(
  deps: Pick<WakeDeps, 'jobs'>,
  { before, after }: Change,
): Promise<void> {
  const partition = (after ?? before)?.['pk'];
  if (partition === settingsKey.pk) {
    await startWaking(deps, wokenBySettings(parseSettings(before, '-'), parseSettings(after, '-')));
  }
  if (partition === AUTOMATIONS && isEnabledAgain(before, after)) {
    await startWaking(deps, ['automationDisabled']);
  }
}

/** Switched on, or removed: in both cases the gate has something else to say to those who wait. */
function isEnabledAgain(before: Item | undefined, after: Item | undefined): boolean {
  const was = before ? parseAutomation(before).enabled : true;
  const is = after ? parseAutomation(after).enabled : true;
  return !was && is;
}
