import { AUTOMATIONS, parseAutomation } from '../../lib/automation/automation-items.ts';
import { CAMPAIGNS, parseBroadcastOf, parseCampaign } from '../../lib/campaigns/campaign-items.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { eventOfChange } from '../../lib/consent/consent-items.ts';
import { wokenByAutomation, wokenBySettings } from '../../lib/gate/wake.ts';
import { parseSettings, settingsKey } from '../../lib/organization/organization-items.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { startAddingOptIns } from './add-opt-ins.ts';
import { startBackfillSync } from './backfill-opt-out-sync.ts';
import { type ReplyDeps, replyToEvent } from './enqueue-event-reply.ts';
import { enqueueOptOutSync, type OptOutSyncDeps } from './enqueue-opt-out-sync.ts';
import { startEnrolling } from './enroll-members.ts';
import { startWaking, type WakeDeps, wakeByEvent } from './wake.ts';

/** A change of an item as a table's stream tells it. */
export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** An event that was followed to its end, and how many texts it woke. */
export interface FollowedEvent {
  readonly event: ConsentEvent;
  readonly woken: number;
}

/**
 * A change of the consent table: it is answered first, so that the answer goes ahead of what wakes; then it wakes who waited,
 * and is told to Twilio.
 *
 * @returns the event, and how many texts woke; undefined for what is no event.
 */
export async function processConsentChange(
  deps: WakeDeps & ReplyDeps & OptOutSyncDeps,
  { after }: Change,
): Promise<FollowedEvent | undefined> {
  const event = after && eventOfChange(after);
  if (!event) return undefined;
  await replyToEvent(deps, event);
  const woken = await wakeByEvent(deps, event);
  await enqueueOptOutSync(deps, event);
  return { event, woken };
}

/**
 * A change of the configuration table: a requirement that fell away wakes whoever waited for it, and an automation that is
 * removed whoever waits in it, to be stopped; access to Twilio's list tells Twilio of whoever waits for it; a broadcast enrols its members, and "Add Opt-Ins" adds them.
 */
export async function processConfigurationChange(
  deps: Pick<WakeDeps, 'jobs'>,
  { before, after }: Change,
): Promise<void> {
  const partition = (after ?? before)?.['pk'];
  if (partition === settingsKey.pk) {
    const [was, is] = [parseSettings(before, '-'), parseSettings(after, '-')];
    const reasons = wokenBySettings(was, is);
    if (reasons.length > 0) await startWaking(deps, { reasons });
    await startBackfillSync(deps, was, is);
  }
  if (partition === AUTOMATIONS && before) await wakeByAutomation(deps, before, after);
  const broadcast = before === undefined ? parseBroadcastOf(after) : undefined;
  if (broadcast) await startEnrolling(deps, broadcast);
  if (partition === CAMPAIGNS) await startRequestedRun(deps, before, after);
}

async function startRequestedRun(
  deps: Pick<WakeDeps, 'jobs'>,
  before: Item | undefined,
  after: Item | undefined,
): Promise<void> {
  if (!after) return;
  const campaign = parseCampaign(after);
  const run = campaign.optInRun?.run;
  if (run === undefined || run === (before && parseCampaign(before).optInRun?.run)) return;
  await startAddingOptIns(deps, campaign.id, run);
}

/** Its automation was changed or removed: the gate may have something else to say to those who wait in it. */
async function wakeByAutomation(
  deps: Pick<WakeDeps, 'jobs'>,
  before: Item,
  after: Item | undefined,
): Promise<void> {
  const was = parseAutomation(before);
  const reasons = wokenByAutomation(was, after && parseAutomation(after));
  if (reasons === 'all') return startWaking(deps, { automationId: was.id });
  if (reasons.length > 0) await startWaking(deps, { automationId: was.id, reasons: [...reasons] });
}
