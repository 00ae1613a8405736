/**
 * Maps the outreach table, which stores everything about leads and texts. Each kind of item has one owner file that spells its
 * keys; `test/architecture.test.ts` checks that.
 *
 * | item | pk | sk | owner |
 * | --- | --- | --- | --- |
 * | lead | `LEAD#<lead>` | `LEAD` | lib/leads/lead-items.ts |
 * | enrollment of a lead in an automation | `LEAD#<lead>` | `ENROLLMENT#<automation>` | lib/automation/enrollment-items.ts |
 * | lead that has a number | `NUMBER#<number>` | `LEAD#<lead>` | lib/leads/lead-items.ts |
 * | primary lead of a number, and all its leads | `NUMBER#<number>` | `PRIMARY` | lib/leads/lead-items.ts |
 * | conversation | `NUMBER#<number>` | `CONVERSATION` | lib/conversations/conversation-items.ts |
 * | text that waits for a person's decision | `NUMBER#<number>` | `REVIEW` | lib/conversations/conversation-items.ts |
 * | single text on its way through the gate | `NUMBER#<number>` | `SINGLE_TEXT#<message>` | lib/single-texts/single-text-items.ts |
 * | message, sent or received | `MESSAGE#<message>` | `MESSAGE` | lib/messaging/message-items.ts |
 * | opt-out whose sender cannot be read | `UNREADABLE#<message>` | `UNREADABLE` | lib/conversations/unreadable-texts.ts |
 * | form submission | `SUBMISSION#<form>#<submission>` | `SUBMISSION` | lib/forms/submission-store.ts |
 * | count of a form's submissions | `LIMIT#<form>#<window>` | `LIMIT` | lib/forms/submission-limits.ts |
 * | last CRM look-up of a number | `CRM#<number>` | `LOOKUP` | lib/crm/crm-items.ts |
 * | CRM job of a number | `CRM#<number>` | `JOB#<submission or lead>` | lib/crm/crm-items.ts |
 * | field that sendgate wrote to a CRM record | `CRM#<record>` | `WROTE#<field>` | lib/crm/crm-items.ts |
 * | outcome of the last look-ups, position of their sweep | `CRM#STATUS` | `STATUS`, `SWEEP` | lib/crm/crm-items.ts |
 * | member of a campaign, count per shard | `CAMPAIGN#<campaign>#<shard>` | `MEMBER#<lead>`, `COUNT` | lib/campaigns/campaign-items.ts |
 * | broadcast, run of "Add Opt-Ins" | `CAMPAIGN#<campaign>` | `BROADCAST#<number>`, `OPT-INS` | lib/campaigns/campaign-items.ts |
 * | drift report, finding, watermark | `DRIFT#...`, `DRIFT` | `REPORT`, `FINDING`, `MARK` | lib/drift/drift-items.ts |
 * | export | `EXPORT#<export>` | `EXPORT` | lib/exports/export-store.ts |
 * | rate limiter of the sender | `SENDER` | `CLOCK` | lib/gate/send-rate-limiter.ts |
 * | last refusal of the sender | `SENDER` | `REFUSAL` | lib/gate/sender-refusal.ts |
 * | watermarks of a cycle | `CYCLE#<kind>` | `MARKS` | functions/automation-cycle/watermarks.ts |
 *
 * Two sparse indexes serve every list.
 *
 * The work index (`work`, `workOrder`) holds what somebody must work on next:
 *
 * | work | order | read by |
 * | --- | --- | --- |
 * | `DUE#<kind>#<shard>` | when the text is due | automation-cycle, dry run |
 * | `WAIT#<shard>` | end of the wait if there is one, then the number | wake jobs, expiry, CRM look-ups, dry run |
 * | `CLAIMED#<shard>` | when the text was claimed | reconcile |
 * | `SUBMISSION#<shard>` | when the submission arrived | reconcile |
 * | `CRM#<shard>` | when the CRM job is due | crm-lookup |
 * | `PROJECT#<project>` | last text | inbox, by project |
 * | `REVIEWS` | since when a decision is missing | inbox, texts to decide on |
 *
 * The collection index (`collection`, `collectionOrder`) lists every item of a kind, newest first: `LEADS`,
 * `CONVERSATIONS#<shard>`, `NUMBER#<number>` (the messages of a conversation), `CRM_WRITE_BACKS`, `DRIFT`, `DRIFT#<report>`, `UNREADABLE`.
 */

/** The sparse index of what somebody must work on next: partition `work`, order `workOrder`. */
export const WORK_INDEX = 'work';

/** Partitions of the due index and of the waiting index. A constant of the data: changing it needs a migration. */
export const SHARDS = 8;

/** Numbers of all shards: 0 to `SHARDS` - 1. */
export const ALL_SHARDS: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

/** Returns the shard of a lead or number: FNV-1a over the text, so that similar texts spread. @returns 0 to `SHARDS` - 1. */
export function shardOf(text: string): number {
  return shardAmong(text, SHARDS);
}

/** Returns the shard of a text in a list with its own number of shards. @returns 0 to `shards` - 1. */
export function shardAmong(text: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % shards;
}

/** Partition of the work index for texts of a kind that may leave; their order is the moment they are due. */
export const dueWork = (kind: string, shard: number) => `DUE#${kind}#${shard}`;
/** Partition of the work index for texts that are held. */
export const waitingWork = (shard: number) => `WAIT#${shard}`;
/**
 * Sort key of the waiting index: the end of the wait, if there is one, then the number. Entries without an end sort first,
 * since `+` sorts before every digit.
 */
export const waitingOrder = (order: string, waitsUntil: string | undefined) =>
  waitsUntil === undefined ? order : `${waitsUntil}#${order}`;
