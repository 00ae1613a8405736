import type { ConversationStore } from '../../lib/conversations/conversation-store.ts';
import {
  addCounts,
  type DriftReport,
  isRipe,
  type NewDriftFinding,
  nextComparison,
  type OpenComparison,
} from '../../lib/drift/drift.ts';
import type { DriftStore } from '../../lib/drift/drift-store.ts';
import type { TextLog } from '../../lib/drift/text-log.ts';
import type { Message } from '../../lib/messaging/message.ts';
import type { MessageStore } from '../../lib/messaging/message-store.ts';
import { e164Schema } from '../../lib/phone/e164.ts';
import { mapConcurrently } from '../../lib/runtime/concurrency.ts';
import type { Item } from '../../lib/runtime/dynamodb.ts';
import { examineInbound, type InboundDeps } from './examine-inbound.ts';
import { examineOurs, examineOutbound, type OutboundDeps } from './examine-outbound.ts';

export interface DriftDeps {
  readonly registry: InboundDeps['registry'] & OutboundDeps['registry'];
  readonly leads: OutboundDeps['leads'] & InboundDeps['leads'];
  readonly enrollments: InboundDeps['enrollments'];
  readonly singleTexts: InboundDeps['singleTexts'];
  readonly senderRefusals: OutboundDeps['senderRefusals'];
  readonly onCampaignBlocked: OutboundDeps['onCampaignBlocked'];
  readonly configuration: InboundDeps['configuration'];
  readonly drift: Pick<DriftStore, 'mark' | 'putMark' | 'putFinding' | 'putReport'>;
  readonly log: TextLog;
  readonly messages: Pick<MessageStore, 'get' | 'applyNews' | 'conversation'>;
  readonly conversations: Pick<ConversationStore, 'receive' | 'handle' | 'list'>;
  readonly now: () => Date;
}

const PAGE = 100;
const MAXIMUM_CONCURRENT = 10;
/** Our own time of a text may be a little earlier than Twilio's. */
const LEEWAY_MILLISECONDS = 600_000;

/** A comparison that is under way in this invocation. */
interface RunningComparison {
  readonly open: OpenComparison;
  /** SIDs that Twilio has listed in this invocation. */
  readonly listed: Set<string>;
  readonly errors: unknown[];
}

/**
 * Compares Twilio's list of our texts with our tables (X11): first Twilio's list, page by page, then the conversations that
 * had a text since. Each difference is settled toward the stricter side and reported once.
 *
 * @returns the report; undefined when no comparison is due, or when the next call must continue this one.
 * @throws AggregateError after all other texts were compared, with the errors of those that could not be.
 */
export async function findDrift(deps: DriftDeps, hasTime: () => boolean): Promise<DriftReport | undefined> {
  const mark = await deps.drift.mark();
  const start = nextComparison(mark, deps.now());
  if (!start) return undefined;
  let running: RunningComparison = { open: start, listed: new Set(), errors: [] };
  for (let isLast = false; !isLast; ) {
    // Stored first, so that later findings belong to this report even if this process dies.
    await deps.drift.putMark({ ...mark, open: running.open });
    if (!hasTime()) return undefined;
    const page = await compareNextPage(deps, running);
    running = { ...running, open: page.open };
    isLast = page.isLast;
  }
  const { id, from, to, counts } = running.open;
  const report = { id, from, to, endedAt: deps.now().toISOString(), ...counts };
  await deps.drift.putReport(report);
  await deps.drift.putMark({ through: to });
  if (running.errors.length > 0) throw new AggregateError(running.errors, 'Not every text could be compared');
  return report;
}

interface ComparedPage {
  readonly open: OpenComparison;
  readonly isLast: boolean;
}

async function compareNextPage(deps: DriftDeps, running: RunningComparison): Promise<ComparedPage> {
  if (running.open.list === 'ours') return compareOurs(deps, running);
  try {
    return await compareTwilios(deps, running);
  } catch (error) {
    const { status } = error as { status?: unknown };
    const isStale = running.open.cursor !== undefined && (status === 400 || status === 404);
    if (!isStale) throw error;
    // Twilio no longer knows the cursor: its list is read from the beginning.
    const { cursor: _, ...open } = running.open;
    return { open, isLast: false };
  }
}

async function compareTwilios(deps: DriftDeps, running: RunningComparison): Promise<ComparedPage> {
  const { open, listed } = running;
  const { texts, next } = await deps.log.page(open.from, open.cursor);
  for (const { sid } of texts) listed.add(sid);
  const ripe = texts.filter(
    ({ number, direction, at }) =>
      e164Schema.safeParse(number).success && isRipe(direction, at, new Date(open.to)),
  );
  const messagesOf = createMessageReader(deps, open);
  const found = await examineAll(running, ripe, async (text) =>
    storeFindings(
      deps,
      open,
      text.direction === 'inbound'
        ? await examineInbound(deps, text)
        : await examineOutbound(deps, text, await messagesOf(text.number)),
    ),
  );
  const counts = addCounts(open.counts, ripe.length, found);
  const { cursor: _, ...rest } = open;
  const position = next === undefined ? { list: 'ours' as const } : { cursor: next };
  return { open: { ...rest, ...position, counts }, isLast: false };
}

async function compareOurs(deps: DriftDeps, running: RunningComparison): Promise<ComparedPage> {
  const { open, listed } = running;
  const { conversations, next } = await deps.conversations.list(PAGE, open.cursor);
  const recent = conversations.filter(({ lastAt }) => lastAt >= open.from);
  const messagesOf = createMessageReader(deps, open);
  let compared = 0;
  const found = await examineAll(running, recent, async ({ number }) => {
    const ours = (await messagesOf(number)).filter(
      ({ createdAt, direction }) =>
        createdAt >= open.from &&
        direction === 'outbound' &&
        isRipe('outbound', createdAt, new Date(open.to)),
    );
    compared += ours.length;
    return storeFindings(deps, open, await examineOurs(deps.log, ours, listed));
  });
  const counts = addCounts(open.counts, compared, found);
  const isLast = next === undefined || recent.length < conversations.length;
  return { open: { ...open, counts, ...(next !== undefined && { cursor: next }) }, isLast };
}

/** Examines items in parallel and collects the errors, so that one failure does not stop the others. */
async function examineAll<T>(
  { errors }: RunningComparison,
  items: readonly T[],
  examine: (item: T) => Promise<NewDriftFinding[]>,
): Promise<NewDriftFinding[]> {
  const found = await mapConcurrently(items, MAXIMUM_CONCURRENT, async (item) => {
    try {
      return await examine(item);
    } catch (error) {
      errors.push(error);
      return [];
    }
  });
  return found.flat();
}

/** Stores findings. @returns those that no earlier report has. */
async function storeFindings(
  { drift, now }: DriftDeps,
  { id }: OpenComparison,
  found: readonly NewDriftFinding[],
): Promise<NewDriftFinding[]> {
  const stored: NewDriftFinding[] = [];
  for (const finding of found) {
    if (await drift.putFinding({ ...finding, reportId: id, foundAt: now().toISOString() }))
      stored.push(finding);
  }
  return stored;
}

/**
 * Creates a reader of a number's messages since the beginning of the comparison. It caches them; each page of the comparison
 * makes a reader of its own.
 */
function createMessageReader(
  { messages }: DriftDeps,
  { from }: OpenComparison,
): (number: string) => Promise<Message[]> {
  const since = new Date(Date.parse(from) - LEEWAY_MILLISECONDS).toISOString();
  const cache = new Map<string, Promise<Message[]>>();
  async function readMessages(number: string): Promise<Message[]> {
    const all: Message[] = [];
    let cursor: Item | undefined;
    do {
      const page = await messages.conversation(number, PAGE, cursor);
      all.push(...page.messages);
      cursor = (all.at(-1)?.createdAt ?? '') < since ? undefined : page.next;
    } while (cursor);
    return all;
  }
  return (number) => {
    const reading = cache.get(number) ?? readMessages(number);
    cache.set(number, reading);
    return reading;
  };
}
