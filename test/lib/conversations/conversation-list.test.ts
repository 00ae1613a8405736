import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { emptyConversation } from '../../../lib/conversations/conversation.ts';
import {
  CONVERSATION_SHARDS,
  conversationLists,
  putConversation,
} from '../../../lib/conversations/conversation-items.ts';
import { createConversationStore } from '../../../lib/conversations/conversation-store.ts';
import { countRequests } from '../../bench/counting.ts';
import { createTables, type Tables } from '../../setup/tables.ts';

const COUNT = 60;
let tables: Tables;
let clock = Date.parse('2026-11-20T15:00:00.000Z');
const now = () => new Date(clock);
const numberOf = (index: number) => `+1303555${String(index).padStart(4, '0')}`;
/** Numbers by their last text, newest first. */
let expected: readonly string[];

function store() {
  return createConversationStore({ client: tables.client, table: tables.outreachTable, now });
}

/** Receives several texts with each time stamp, some from numbers that wrote before. */
beforeAll(async () => {
  tables = await createTables();
  const last = new Map<string, string>();
  for (let text = 0; text < COUNT * 2; text++) {
    if (text % 4 === 0) clock += 1000;
    const number = numberOf((text * 37) % COUNT);
    await store().receive({ sid: `SM${text}`, number, body: 'Hello' });
    last.set(number, `${now().toISOString()}#${number}`);
  }
  expected = [...last].toSorted(([, a], [, b]) => (a < b ? 1 : -1)).map(([number]) => number);
});

/** Returns the shard that a number's conversation is written to. */
function listOf(number: string): string {
  const conversation = { ...emptyConversation(number, now()), lastWords: 'Hello', version: 1 };
  return String(putConversation('table', conversation).Item['collection']);
}

async function pages(limits: () => number): Promise<string[]> {
  const shown: string[] = [];
  let below: string | undefined;
  do {
    const { conversations, next } = await store().list(limits(), below);
    shown.push(...conversations.map(({ number }) => number));
    below = next;
  } while (below !== undefined);
  return shown;
}

test('B5 every conversation is listed once, by its last text, with pages of any size', async () => {
  const limits = fc.infiniteStream(fc.integer({ min: 1, max: 25 }));
  await fc.assert(
    fc.asyncProperty(limits, async (sizes) => {
      expect(await pages(() => sizes.next().value)).toEqual(expected);
    }),
    { numRuns: 15 },
  );
});

test('B5 a page of the inbox is one query of each shard, and three at most', async () => {
  const endpoint = await tables.client.config.endpoint?.();
  const requests = countRequests({ dynamodb: `http://${endpoint?.hostname}:${endpoint?.port}` });
  const { conversations } = await store().list(25);
  expect(conversations).toHaveLength(25);
  expect(requests.counts().dynamodb).toBe(CONVERSATION_SHARDS);
  expect(CONVERSATION_SHARDS).toBeLessThanOrEqual(3);
});

test('each shard has its part of the conversations, even of numbers that have much in common', async () => {
  const sizes = new Map(conversationLists.map((list) => [list, 0]));
  for (let index = 0; index < 3000; index++) {
    const list = listOf(numberOf(index));
    sizes.set(list, (sizes.get(list) ?? 0) + 1);
  }
  for (const [, size] of sizes) expect(Math.abs(size - 3000 / CONVERSATION_SHARDS)).toBeLessThan(100);
});
