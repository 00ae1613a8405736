import * as z from 'zod';
import { type Automation, idSchema } from '../automation/automation.ts';

/** An id of a campaign. It is short enough for the suffix that `broadcastAutomationId` adds. */
export const campaignIdSchema = idSchema.max(40, 'Use at most 40 characters');

/** A campaign as admins set it. */
export const campaignInputSchema = z.strictObject({
  id: campaignIdSchema,
  name: z.string().trim().min(1).max(120),
  /** Limits the campaign to numbers that are opted in by this keyword (T5). */
  keyword: z.string().max(60).optional(),
  /** False: no broadcast can start. A running broadcast goes on, and is stopped by its own route. */
  enabled: z.boolean().default(true),
});
export type CampaignInput = z.infer<typeof campaignInputSchema>;

/** A request to add every lead to the campaign that opted in by its keyword (T6). */
const optInRunSchema = z.object({ run: z.string(), requestedAt: z.string(), requestedBy: z.string() });

/** A campaign as it is stored. */
export const campaignSchema = z.object({
  ...campaignInputSchema.shape,
  createdAt: z.string(),
  updatedAt: z.string(),
  /** The last request of "Add Opt-Ins". */
  optInRun: optInRunSchema.optional(),
  /** Number of the last broadcast, 0 before the first. */
  broadcasts: z.int().nonnegative(),
  /** Set for a removed campaign. It keeps its id, because the texts of its broadcasts have it. */
  removedAt: z.string().optional(),
  version: z.int().positive(),
});
export type Campaign = z.infer<typeof campaignSchema>;

/** A lead in a campaign. */
export const memberSchema = z.object({
  leadId: z.string(),
  /** False for a removed member, which is kept so that "Add Opt-Ins" does not bring it back. */
  active: z.boolean(),
  addedAt: z.string(),
  /** The admin who added it, or `optIns:` and the run. */
  addedBy: z.string(),
  removedAt: z.string().optional(),
  removedBy: z.string().optional(),
});
export type Member = z.infer<typeof memberSchema>;

/** The progress of one run of "Add Opt-Ins". */
export const optInProgressSchema = z.object({
  run: z.string(),
  /** Opt-ins by the keyword that the run has read. */
  seen: z.int().nonnegative(),
  /** Members that the run has added. */
  added: z.int().nonnegative(),
  done: z.boolean(),
});
export type OptInProgress = z.infer<typeof optInProgressSchema>;

/** The progress of the enrolment of one shard of the members. */
export const shardProgressSchema = z.object({
  seen: z.int().nonnegative(),
  enrolled: z.int().nonnegative(),
  /** Members who were left out because another member with the same number gets the text. */
  sameNumber: z.int().nonnegative(),
  done: z.boolean(),
});
export type ShardProgress = z.infer<typeof shardProgressSchema>;

/** One text of a campaign to its members. */
export const broadcastSchema = z.object({
  campaignId: z.string(),
  /** Number of the broadcast in its campaign, from 1. */
  broadcast: z.int().positive(),
  automationId: z.string(),
  template: z.string(),
  keyword: z.string().optional(),
  maximumAge: z.string(),
  startedAt: z.string(),
  startedBy: z.string(),
  /** The caller's id of the request: the same id twice starts one broadcast (X5). */
  requestId: z.string().optional(),
  /** Set when the broadcast was stopped: no further text of it leaves. */
  stoppedAt: z.string().optional(),
  /** Progress by shard. */
  progress: z.record(z.string(), shardProgressSchema),
});
export type Broadcast = z.infer<typeof broadcastSchema>;

/** Builds the id of a broadcast's automation. */
export function broadcastAutomationId(campaignId: string, broadcast: number): string {
  return `${campaignId}-b${broadcast}`;
}

/** Builds the automation of a broadcast: one step without a delay. It passes the same cycle, queue and gate as any other. */
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
    // A lead may be in a conversation about something else: its reply is no reason to end the broadcast for it.
    stopOnReply: false,
    ...(keyword !== undefined && { keyword }),
    maximumAge,
  };
}
