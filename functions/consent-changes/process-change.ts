import { AUTOMATIONS, parseAutomation } from '../../lib/automation/automation-items.ts';
import { CAMPAIGNS, parseBroadcastOf, parseCampaign } from '../../lib/campaigns/campaign-items.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { eventOfChange } from '../../lib/consent/consent-items.ts';
import {
  type WakeNumberDeps,
  wakeNumber,
  wokenByAutomation,
  wokenByEvent,
  wokenBySettings,
} from '../../lib/gate/wake.ts';
import type { StreamChange } from '../../lib/lambda/stream-changes.ts';
import { parseSettings, settingsKey } from '../../lib/organization/organization-items.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { type ReplyDeps, replyToEvent } from './enqueue-event-reply.ts';
import { enqueueOptOutSync, type OptOutSyncDeps } from './enqueue-opt-out-sync.ts';
import {
  type StartJobsDeps,
  startAddingOptIns,
  startBackfillSync,
  startEnrolling,
  startWaking,
} from './start-jobs.ts';

export type ConsentChangeDeps = StartJobsDeps & WakeNumberDeps & ReplyDeps & OptOutSyncDeps;

type Change = Pick<StreamChange<string>, 'before' | 'after'>;

/** A followed event, and the number of texts that it woke. */
export interface FollowedEvent {
  readonly event: ConsentEvent;
  readonly woken: number;
}

/**
 * Follows a change of the consent table. Queues the event's reply first, so that it leaves ahead of the texts that wake. Then
 * wakes the texts that wait for the number (H10), and queues the number for Twilio's list (X9).
 *
 * @returns the event, and how many texts woke; undefined for an item that is no event.
 */
export async function processConsentChange(
  deps: WakeNumberDeps & ReplyDeps & OptOutSyncDeps,
  { after }: Change,
): Promise<FollowedEvent | undefined> {
  const event = after && eventOfChange(after);
  if (!event) return undefined;
  await replyToEvent(deps, event);
  const reasons = wokenByEvent(event);
  const woken = reasons.length === 0 ? 0 : await wakeNumber(deps, event.number, reasons);
  await enqueueOptOutSync(deps, event);
  return { event, woken };
}

/**
 * Starts the jobs that a change of the configuration table calls for:
 * - Texts wake that waited for a setting that changed, or in an automation that was changed or removed.
 * - Numbers that wait for Twilio's list are synced, when `twilioConsentApi` was switched on (X9).
 * - The members of a new broadcast are enrolled (T5).
 * - "Add Opt-Ins" runs for a campaign (T6).
 */
export async function processConfigurationChange(
  deps: StartJobsDeps,
  { before, after }: Change,
): Promise<void> {
  const partition = (after ?? before)?.['pk'];
  if (partition === settingsKey.pk) {
    const [oldSettings, newSettings] = [parseSettings(before, '-'), parseSettings(after, '-')];
    const reasons = wokenBySettings(oldSettings, newSettings);
    if (reasons.length > 0) await startWaking(deps, { reasons });
    await startBackfillSync(deps, oldSettings, newSettings);
  }
  if (partition === AUTOMATIONS && before) await wakeByAutomation(deps, before, after);
  const broadcast = before === undefined ? parseBroadcastOf(after) : undefined;
  if (broadcast) await startEnrolling(deps, broadcast);
  if (partition === CAMPAIGNS) await startRequestedRun(deps, before, after);
}

/** Starts "Add Opt-Ins" when a campaign has a run that it did not have before (T6). */
async function startRequestedRun(
  deps: StartJobsDeps,
  before: Item | undefined,
  after: Item | undefined,
): Promise<void> {
  if (!after) return;
  const campaign = parseCampaign(after);
  const run = campaign.optInRun?.run;
  if (run === undefined || run === (before && parseCampaign(before).optInRun?.run)) return;
  await startAddingOptIns(deps, { campaignId: campaign.id, run });
}

/** Wakes the steps that wait in an automation that was changed or removed, since the gate may decide otherwise now. */
async function wakeByAutomation(deps: StartJobsDeps, before: Item, after: Item | undefined): Promise<void> {
  const automation = parseAutomation(before);
  const reasons = wokenByAutomation(automation, after && parseAutomation(after));
  if (reasons === 'all') return startWaking(deps, { automationId: automation.id });
  if (reasons.length > 0) await startWaking(deps, { automationId: automation.id, reasons: [...reasons] });
}
