import type { Item, Key } from '../runtime/dynamodb.ts';
import { shardOf } from '../tables/outreach.ts';
import { type Message, messageSchema } from './message.ts';

/** Partition of the work index for claimed texts without an answer from Twilio, which `reconcile` settles. */
export const claimedWork = (shard: number) => `CLAIMED#${shard}`;

/** Partition key of messages in the outreach table. No other file spells these keys. */
const PARTITION = 'MESSAGE#';
/** The sort key of every message, and of no other item of the table. */
export const MESSAGE_SORT_KEY = 'MESSAGE';
/** Key of a message. */
export const messageKey = (id: string): Key => ({ pk: `${PARTITION}${id}`, sk: MESSAGE_SORT_KEY });
/** Reads the message id from the key of an index entry. */
export const messageIdOfKey = (key: Item): string => String(key['pk']).slice(PARTITION.length);
/** Partition of the collection index for the messages of a number. @param number E.164. */
export const conversationOf = (number: string) => `NUMBER#${number}`;

/** Converts a message to its item: it is listed in its number's conversation and, while claimed, in the work index. */
export function messageItem(message: Message): Item {
  const claimed =
    message.status === 'claimed'
      ? { work: claimedWork(shardOf(message.number)), workOrder: message.claimedAt ?? '' }
      : {};
  return {
    ...messageKey(message.id),
    ...message,
    // A string is smaller: as a list of maps, the trace would be most of the cost of writing a message.
    trace: message.trace && JSON.stringify(message.trace),
    ...claimed,
    collection: conversationOf(message.number),
    collectionOrder: `${message.createdAt}#${message.id}`,
  };
}

/** Parses a stored message. @throws ZodError for an item that is no message. */
export function parseMessage(item: Item): Message {
  const { trace } = item;
  return messageSchema.parse(typeof trace === 'string' ? { ...item, trace: JSON.parse(trace) } : item);
}
