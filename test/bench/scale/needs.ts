import { ASSUMED, batchMilliseconds } from './assumptions.ts';
import { LIMITS, type Limit } from './limits.ts';
import type { StackSettings } from './stack-settings.ts';

export interface Organization {
  readonly numbers: number;
  /** The peak load. */
  readonly textsPerSecond: number;
}

/** One resource: the organization's need, and the limit. */
export interface Need {
  readonly resource: string;
  readonly need: number;
  readonly limit: number;
  readonly unit: string;
  /** Source of the limit: a provider's page, or the stack. */
  readonly from: string;
  readonly change: string;
}

/** A resource should have this multiple of its need, so that a queue can drain. */
export const ROOM = 1.5;

const { stateKib, enrollmentKib, conversationKib, textKib } = ASSUMED;

/** Write units of one text, by table and index. An action of a transaction costs two, and so does a move within an index. */
export const WRITES_PER_TEXT = {
  consentTable: 2 * stateKib,
  /** The transaction writes enrollment, conversation and text; then Twilio's answer and each callback update the text. */
  outreachTable: 2 * (enrollmentKib + conversationKib + textKib) + textKib * (1 + ASSUMED.callbacksPerText),
  /** The enrollment moves within the due index to the time of its next step. */
  dueIndex: 2,
  /** The text enters the index when it is claimed and leaves it when it is sent. */
  claimedIndex: 2,
  /** The text is put into its number's conversation, and changes with Twilio's answer and each callback. */
  conversationIndex: textKib * (2 + ASSUMED.callbacksPerText),
  /** The conversation moves to the top of its shard of the list of all of them. */
  conversationsList: 2 * conversationKib,
} as const;

/** Computes an organization's need of each resource of its stack, the scarcest first. */
export function needsOf({ numbers, textsPerSecond: rate }: Organization, stack: StackSettings): Need[] {
  const w = WRITES_PER_TEXT;
  const workers = (rate * batchMilliseconds) / 1000 / stack.bulk.batchSize;
  const callbacks = rate * ASSUMED.callbacksPerText;
  const table = w.outreachTable;
  const indexes = w.dueIndex + w.claimedIndex + w.conversationIndex + w.conversationsList;
  const consentsPerSecond = (numbers * ASSUMED.consentChangesPerDay) / 86_400;
  const of = (
    resource: string,
    need: number,
    { value, unit, source, raisable }: Limit,
    change: string,
  ): Need => ({
    resource,
    need,
    limit: value,
    unit,
    from: raisable ? `${source} (raised on request)` : source,
    change,
  });
  const ours = (
    resource: string,
    need: number,
    limit: number,
    unit: string,
    where: string,
    change: string,
  ): Need => ({
    resource,
    need,
    limit,
    unit,
    from: `the stack: ${where}`,
    change,
  });
  return [
    of(
      `list of conversations, per shard of ${stack.conversationShards}`,
      (rate * w.conversationsList) / stack.conversationShards,
      LIMITS.partitionWrites,
      'more CONVERSATION_SHARDS: a migration, and a query more for every page of the inbox',
    ),
    of(
      `due index, per shard of ${stack.shards} (all texts of one kind)`,
      (rate * w.dueIndex) / stack.shards,
      LIMITS.partitionWrites,
      'more SHARDS: a migration, since the shard stands in stored keys',
    ),
    of(
      `claimed texts, per shard of ${stack.shards}`,
      (rate * w.claimedIndex) / stack.shards,
      LIMITS.partitionWrites,
      'more SHARDS',
    ),
    of(
      'opted-in numbers by last change (one partition of the consent index)',
      consentsPerSecond * 2 * stateKib,
      LIMITS.partitionWrites,
      'enough but for imports: see below; shard by number if changes grow',
    ),
    of(
      'settings, read with every batch (one item)',
      rate / stack.bulk.batchSize,
      LIMITS.partitionReads,
      'nothing: ten texts share one read',
    ),
    of(
      "the sender's rate limiter, moved once a batch where its rate is set (one item)",
      rate / stack.bulk.batchSize,
      LIMITS.partitionWrites,
      'nothing: ten texts share one write',
    ),
    ours(
      'workers of the bulk lane',
      workers,
      stack.bulk.maxConcurrency ?? LIMITS.sourceConcurrency.value,
      'batches at once',
      'maxConcurrency of the bulk lane',
      `maxConcurrency ${Math.ceil((workers * ROOM) / 5) * 5}, so that a queue drains`,
    ),
    of(
      'Lambda: send-gate and callbacks at once',
      workers + (callbacks * ASSUMED.callback) / 1000,
      LIMITS.lambdaConcurrency,
      'ask for more before other functions need theirs',
    ),
    of('secondary indexes of one table', stack.indexes, LIMITS.tableIndexes, 'nothing'),
    of('texts in flight in a lane', workers * stack.bulk.batchSize, LIMITS.sqsInFlight, 'nothing'),
    ours(
      'delivery callbacks',
      callbacks,
      stack.callbackRate,
      'requests/s',
      'limit of POST /twilio/status',
      `raise CALLBACK_LIMITS to ${Math.ceil((callbacks * 2) / 500) * 500}: what is refused leaves texts without their outcome`,
    ),
    of('requests to the HTTP API', callbacks, LIMITS.apiRequests, 'ask for more above 5,000 texts/s'),
    of(
      'writes of the outreach table',
      rate * table,
      LIMITS.tableWrites,
      'ask for 80,000, which a broadcast beside delivery needs',
    ),
    of(
      'writes of its indexes (each counts by itself, the collection index most)',
      rate * indexes,
      LIMITS.tableWrites,
      'ask for as much as for the table',
    ),
    of(
      'writes in the first hour of a new table',
      rate * table,
      LIMITS.newTableWrites,
      'set warm throughput before going live, or double the load every half hour',
    ),
    ours(
      'a cycle: texts due in it, enqueued in time',
      (((rate * 60 * stack.cycleMinutes) / 500 / stack.shards) * ASSUMED.cyclePage) / 1000,
      stack.cycleSeconds - 10,
      's',
      'time-out of automation-cycle, less 10 s for the watermarks',
      'nothing: what is left over, the next cycle takes',
    ),
    of(
      'events on the bus',
      rate * ASSUMED.eventsPerText,
      LIMITS.busEvents,
      'smaller regions allow less: ask, or publish in tens',
    ),
    of(
      'segments of one 10DLC sender',
      rate * ASSUMED.segmentsPerText,
      LIMITS.senderSegments,
      `a messaging service with ${Math.ceil((rate * ASSUMED.segmentsPerText) / LIMITS.senderSegments.value)} such campaigns, or short codes`,
    ),
  ].toSorted((a, b) => headroomOf(a) - headroomOf(b));
}

/** Returns the limit as a multiple of the need. */
export function headroomOf({ need, limit }: Need): number {
  return limit / need;
}

/** Finds the load at which the first resource is full. */
export function breaksAt(
  organization: Organization,
  stack: StackSettings,
): { textsPerSecond: number; need: Need } {
  const [first] = needsOf(organization, stack);
  if (!first) throw new Error('There are no needs');
  return { textsPerSecond: organization.textsPerSecond * headroomOf(first), need: first };
}

/** Computes the hours that an import of every number takes. Each number writes twice into the list of opted-in numbers by last change. */
export function importHours({ numbers }: Organization): number {
  return (numbers * 2 * stateKib) / LIMITS.partitionWrites.value / 3600;
}

/** Computes the terabytes that are stored, and the least number of 10 GB partitions that they fill. */
export function storageOf({ numbers }: Organization): { terabytes: number; partitions: number } {
  const gigabytes = (numbers * ASSUMED.numberKib) / 1024 / 1024;
  return { terabytes: gigabytes / 1024, partitions: Math.ceil(gigabytes / 10) };
}
