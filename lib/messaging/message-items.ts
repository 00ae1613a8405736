import type { Item, Key } from '../runtime/dynamodb.ts';
import { shardOf } from '../tables/outreach.ts';
import { type Message, messageSchema } from './message.ts';

/** Where texts that were handed to Twilio and have no answer yet wait for `reconcile` (work index). */
export const claimedWork = (shard: number) => `CLAIMED#${shard}`;

/** How texts lie in the outreach table. No other file spells these keys. */
const PARTITION = 'MESSAGE#';
/** The sort key of every text, and of nothing else in the table. */
export const MESSAGE_SORT_KEY = 'MESSAGE';
export const messageKey = (id: string): Key => ({ pk: `${PARTITION}${id}`, sk: MESSAGE_SORT_KEY });
/** Reads back which text an entry of an index belongs to. */
export const messageIdOfKey = (key: Item): string => String(key['pk']).slice(PARTITION.length);
export const conversationOf = (number: string) => `NUMBER#${number}`;

/** The stored form: every text stands in its number's conversation, a claimed one also before `reconcile`. */
export function messageItem(message: Message): Item {
  const claimed =
    message.status === 'claimed'
      ? { work: claimedWork(shardOf(message.number)), workOrder: message.claimedAt ?? '' }
      : {};
  return {
    ...messageKey(message.id),
    ...message,
    // One text: as a list of maps, the trace would be the larger part of what a send costs to write.
    trace: message.trace && JSON.stringify(message.trace),
    ...claimed,
    collection: conversationOf(message.number),
    collectionOrder: `${message.createdAt}#${message.id}`,
  };
}

export function parseMessage(item: Item): Message {
  const { trace } = item;
  return messageSchema.parse(typeof trace === 'string' ? { ...item, trace: JSON.parse(trace) } : item);
}
