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
  readonly leads: OutboundDeps['leads'];
  readonly senderRefusals: OutboundDeps['senderRefusals'];
  readonly onCampaignBlocked: OutboundDeps['onCampaignBlocked'];
  readonly configuration: InboundDeps['configuration'];
  readonly drift: Pick<DriftStore, 'mark' | 'putMark' | 'putFinding' | 'putReport'>;
  readonly log: TextLog;
  readonly messages: Pick<MessageStore, 'get' | 'applyNews' | 'conversation'>;
  readonly conversations: Pick<ConversationStore, 'receive' | 'list'>;
  readonly now: () => Date;
}

const PAGE = 100;
const AT_ONCE = 10;
/** Our own time of a text may be a little before Twilio's. */
const LEEWAY_MILLISECONDS = 600_000;

/** A comparison while it is made. */
interface Work {
  readonly open: OpenComparison;
  /** SIDs that Twilio has listed in this invocation. */
  readonly listed: Set<string>;
  readonly errors: unknown[];
}

/**
 * Compares what Twilio knows of our texts with what we know of them (X11): Twilio's list first, page by page, then the
 * conversations that had a text since. Each difference is settled toward the stricter side and told once.
 *
 * @returns the report, or undefined where it is not time yet, or the next call has to go on.
 * @throws AggregateError, when all else is compared, of the texts that could not be.
 */
export async function findDrift(deps: DriftDeps, hasTime: () => boolean): Promise<DriftReport | undefined> {
  const mark = await deps.drift.mark();
  const start = nextComparison(mark, deps.now());
  if (!start) return undefined;
  let work: Work = { open: start, listed: new Set(), errors: [] };
  for (let isLast = false; !isLast; ) {
    // What is found from here on belongs to this report, whatever ends this process.
    await deps.drift.putMark({ ...mark, open: work.open });
    if (!hasTime()) return undefined;
    const page = await nextPage(deps, work);
    work = { ...work, open: page.open };
    isLast = page.isLast;
  }
  const { id, from, to, counts } = work.open;
  const report = { id, from, to, endedAt: deps.now().toISOString(), ...counts };
  await deps.drift.putReport(report);
  await deps.drift.putMark({ through: to });
  if (work.errors.length > 0) throw new AggregateError(work.errors, 'Not every text could be compared');
  return report;
}

interface Compared {
  readonly open: OpenComparison;
  readonly isLast: boolean;
}

async function nextPage(deps: DriftDeps, work: Work): Promise<Compared> {
  if (work.open.list === 'ours') return compareOurs(deps, work);
  try {
    return await compareTwilios(deps, work);
  } catch (error) {
    const { status } = error as { status?: unknown };
    const isStale = work.open.cursor !== undefined && (status === 400 || status === 404);
    if (!isStale) throw error;
    // Twilio does not know the page any more: its list is read from the beginning.
    const { cursor: _, ...open } = work.open;
    return { open, isLast: false };
  }
}

async function compareTwilios(deps: DriftDeps, work: Work): Promise<Compared> {
  const { open, listed } = work;
  const { texts, next } = await deps.log.page(open.from, open.cursor);
  for (const { sid } of texts) listed.add(sid);
  const ripe = texts.filter(
    ({ number, direction, at }) =>
      e164Schema.safeParse(number).success && isRipe(direction, at, new Date(open.to)),
  );
  const books = booksOf(deps, open);
  const found = await each(work, ripe, async (text) =>
    tell(
      deps,
      open,
      text.direction === 'inbound'
        ? await examineInbound(deps, text)
        : await examineOutbound(deps, text, await books(text.number)),
    ),
  );
  const counts = addCounts(open.counts, ripe.length, found);
  const { cursor: _, ...rest } = open;
  const place = next === undefined ? { list: 'ours' as const } : { cursor: next };
  return { open: { ...rest, ...place, counts }, isLast: false };
}

async function compareOurs(deps: DriftDeps, work: Work): Promise<Compared> {
  const { open, listed } = work;
  const { conversations, next } = await deps.conversations.list(PAGE, open.cursor);
  const recent = conversations.filter(({ lastAt }) => lastAt >= open.from);
  const books = booksOf(deps, open);
  let compared = 0;
  const found = await each(work, recent, async ({ number }) => {
    const ours = (await books(number)).filter(
      ({ createdAt, direction }) =>
        createdAt >= open.from &&
        direction === 'outbound' &&
        isRipe('outbound', createdAt, new Date(open.to)),
    );
    compared += ours.length;
    return tell(deps, open, await examineOurs(deps.log, ours, listed));
  });
  const counts = addCounts(open.counts, compared, found);
  const isLast = next === undefined || recent.length < conversations.length;
  return { open: { ...open, counts, ...(next !== undefined && { cursor: next }) }, isLast };
}

/** Examines some things at once. One that cannot be examined does not keep the others from it. */
async function each<T>(
  { errors }: Work,
  things: readonly T[],
  examine: (thing: T) => Promise<NewDriftFinding[]>,
): Promise<NewDriftFinding[]> {
  const found = await mapConcurrently(things, AT_ONCE, async (thing) => {
    try {
      return await examine(thing);
    } catch (error) {
      errors.push(error);
      return [];
    }
  });
  return found.flat();
}

/** Stores what was found. @returns what no earlier report has told. */
async function tell(
  { drift, now }: DriftDeps,
  { id }: OpenComparison,
  found: readonly NewDriftFinding[],
): Promise<NewDriftFinding[]> {
  const told: NewDriftFinding[] = [];
  for (const each of found) {
    if (await drift.putFinding({ ...each, reportId: id, foundAt: now().toISOString() })) told.push(each);
  }
  return told;
}

/** A number's texts since the beginning of the comparison, read once a page. */
function booksOf({ messages }: DriftDeps, { from }: OpenComparison): (number: string) => Promise<Message[]> {
  const since = new Date(Date.parse(from) - LEEWAY_MILLISECONDS).toISOString();
  const read = new Map<string, Promise<Message[]>>();
  async function readBooks(number: string): Promise<Message[]> {
    const books: Message[] = [];
    let cursor: Item | undefined;
    do {
      const page = await messages.conversation(number, PAGE, cursor);
      books.push(...page.messages);
      cursor = (books.at(-1)?.createdAt ?? '') < since ? undefined : page.next;
    } while (cursor);
    return books;
  }
  return (number) => {
    const known = read.get(number) ?? readBooks(number);
    read.set(number, known);
    return known;
  };
}
