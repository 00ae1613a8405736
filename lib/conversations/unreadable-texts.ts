import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ifConditionHolds } from '../runtime/conditional-writes.ts';
import type { ClockedTableDeps, Item } from '../runtime/dynamodb.ts';
import { putIfAbsent } from '../runtime/item-conditions.ts';
import { pageOfCollection } from '../tables/collection.ts';

/** A text that may be an opt-out and whose sender has no number that we can read: a person must find out whose it is. */
export const unreadableTextSchema = z.object({
  messageSid: z.string(),
  /** The sender and the recipient in Twilio's words. */
  from: z.string(),
  to: z.string(),
  body: z.string(),
  /** `stop`: an opt-out. `doubtful`: it may be one. */
  intent: z.enum(['stop', 'doubtful']),
  receivedAt: z.string(),
});
export type UnreadableText = z.infer<typeof unreadableTextSchema>;

/** Partition of the collection index for all of them. No other file spells their keys. */
export const UNREADABLE_TEXTS = 'UNREADABLE';

/** Stores opt-outs without a readable sender, for a person to act on. */
export type UnreadableTextStore = ReturnType<typeof createUnreadableTextStore>;

export function createUnreadableTextStore(deps: ClockedTableDeps) {
  return {
    /** Stores a text once, however often Twilio delivers it. @returns false when it was stored before. */
    put: async (text: Omit<UnreadableText, 'receivedAt'>): Promise<boolean> => {
      const receivedAt = deps.now().toISOString();
      const item = {
        pk: `UNREADABLE#${text.messageSid}`,
        sk: 'UNREADABLE',
        ...text,
        receivedAt,
        collection: UNREADABLE_TEXTS,
        collectionOrder: `${receivedAt}#${text.messageSid}`,
      };
      const put = new PutCommand(putIfAbsent(deps.table, item));
      return (await ifConditionHolds(deps.client.send(put))) !== undefined;
    },
    /** Lists them, newest first. @param cursor the `next` of the page before. */
    list: async (limit: number, cursor?: Item) => {
      const { items, next } = await pageOfCollection(deps, UNREADABLE_TEXTS, { limit, cursor });
      return { texts: items.map((item) => unreadableTextSchema.parse(item)), next };
    },
  };
}
