import * as z from 'zod';
import { type Automation, idSchema } from '../automation/automation.ts';

/** Ids of campaigns leave room for what the ids of their broadcasts add. */
export const campaignIdSchema = idSchema.max(40, 'Use at most 40 characters');

/** What admins say of a campaign. */
export const campaignInputSchema = z.strictObject({
  id: campaignIdSchema,
  name: z.string().trim().min(1).max(120),
  /** Only numbers that are opted in by this keyword get its texts (T5). */
  keyword: z.string().max(60).optional(),
  /** Off: no broadcast can start. One that runs is stopped by itself. */
  enabled: z.boolean().default(true),
});
export type CampaignInput = z.infer<typeof campaignInputSchema>;

/** A request to put everyone into the campaign who opted in by its keyword (T6). */
const optInRunSchema = z.object({ run: z.string(), requestedAt: z.string(), requestedBy: z.string() });

export const campaignSchema = z.object({
  ...campaignInputSchema.shape,
  createdAt: z.string(),
  updatedAt: z.string(),
  /** The last "Add Opt-Ins". */
  optInRun: optInRunSchema.optional(),
  /** Number of the last broadcast, 0 before the first. */
  broadcasts: z.int().nonnegative(),
  /** A removed campaign keeps its id, which the texts of its broadcasts bear. */
  removedAt: z.string().optional(),
  version: z.int().positive(),
});
export type Campaign = z.infer<typeof campaignSchema>;

export const memberSchema = z.object({
  leadId: z.string(),
  /** A member that was removed stays as such, so that "Add Opt-Ins" does not bring it back. */
  active: z.boolean(),
  addedAt: z.string(),
  /** Who added it, or `optIns:` and the run that did. */
  addedBy: z.string(),
  removedAt: z.string().optional(),
  removedBy: z.string().optional(),
});
export type Member = z.infer<typeof memberSchema>;

/** How far "Add Opt-Ins" is. */
export const optInProgressSchema = z.object({
  run: z.string(),
  /** Opt-ins by the keyword that were looked at. */
  seen: z.int().nonnegative(),
  /** Members that joined by this run. */
  added: z.int().nonnegative(),
  done: z.boolean(),
});
export type OptInProgress = z.infer<typeof optInProgressSchema>;

/** How far the enrolment of one shard of the members is. */
export const shardProgressSchema = z.object({
  seen: z.int().nonnegative(),
  enrolled: z.int().nonnegative(),
  /** Members whose number another member has, who gets the text. */
  sameNumber: z.int().nonnegative(),
  done: z.boolean(),
});
export type ShardProgress = z.infer<typeof shardProgressSchema>;

export const broadcastSchema = z.object({
  campaignId: z.string(),
  /** 1 for the campaign's first. */
  broadcast: z.int().positive(),
  automationId: z.string(),
  template: z.string(),
  keyword: z.string().optional(),
  maximumAge: z.string(),
  startedAt: z.string(),
  startedBy: z.string(),
  /** The caller's own id of the request: the same one twice starts one broadcast. */
  requestId: z.string().optional(),
  /** No further text of it leaves. */
  stoppedAt: z.string().optional(),
  /** By shard. */
  progress: z.record(z.string(), shardProgressSchema),
});
export type Broadcast = z.infer<typeof broadcastSchema>;

/** Id of the automation that a broadcast is. */
export function broadcastAutomationId(campaignId: string, broadcast: number): string {
  return `${campaignId}-b${broadcast}`;
}

/** The automation that a broadcast is: one step, at once. It passes the same cycle, queue and gate as any other. */
export function broadcastAutomation(
  { name }: Pick<Campaign, 'name'>,
  {
    automationId,
    template,
    keyword,
    maximumAge,
    broadcast,
  }: Pick<Broadcast, 'automationId' | 'template' | 'keyword' | 'maximumAge' | 'broadcast'>,
): Automation {
  return {
    id: automationId,
    kind: 'campaign',
    name: `${name.slice(0, 90)}, broadcast ${broadcast}`,
    enabled: true,
    steps: [{ delay: 'PT0S', template }],
    // Conversation goes on beside a broadcast: a word about something else is no reason to leave it out.
    stopOnReply: false,
    ...(keyword !== undefined && { keyword }),
    maximumAge,
  };
}
