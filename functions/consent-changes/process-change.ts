import { AUTOMATIONS, parseAutomation } from '../../lib/automation/automation-items.ts';
import { CAMPAIGNS, parseBroadcastOf, parseCampaign } from '../../lib/campaigns/campaign-items.ts';
import type { ConsentEvent } from '../../lib/consent/consent-event.ts';
import { eventOfChange } from '../../lib/consent/consent-items.ts';
import { askAgain, asksAgainAt } from '../../lib/gate/ask-again.ts';
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

/** An event that was followed to its end, and how many texts it woke. */
export interface FollowedEvent {
  readonly event: ConsentEvent;
  readonly woken: number;
}

/**
 * Follows a change of the consent table: answers it first, so that the answer goes ahead of the texts that wake; then wakes everything
 * that waits for the number (H10), and tells Twilio.
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
  const again = asksAgainAt(event);
  if (again !== undefined) await askAgain(deps, event, again);
  await enqueueOptOutSync(deps, event);
  return { event, woken };
}

/**
 * Starts the jobs that a change of the configuration table asks for: waking the texts that waited for a requirement that fell away, or
 * that wait in an automation that was removed, to be stopped; telling Twilio of the numbers that wait for access to its list; enrolling
 * the members of a broadcast; "Add Opt-Ins".
 */
export async function processConfigurationChange(
  deps: StartJobsDeps,
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

/** Wakes the steps that wait in an automation that was changed or removed: the gate may decide otherwise now. */
async function wakeByAutomation(deps: StartJobsDeps, before: Item, after: Item | undefined): Promise<void> {
  const was = parseAutomation(before);
  const reasons = wokenByAutomation(was, after && parseAutomation(after));
  if (reasons === 'all') return startWaking(deps, { automationId: was.id });
  if (reasons.length > 0) await startWaking(deps, { automationId: was.id, reasons: [...reasons] });
}
