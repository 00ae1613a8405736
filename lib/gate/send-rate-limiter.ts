import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Lane } from '../automation/lanes.ts';
import { LOST, retryLost } from '../runtime/change-versioned.ts';
import { isConditionFailure } from '../runtime/conditional-writes.ts';
import type { Item, Key, TableDeps } from '../runtime/dynamodb.ts';

/**
 * The time of the sender, as a generic cell rate algorithm keeps it: one moment up to which it is taken, which each batch
 * of texts moves on by what its segments take, and another that only the priority line moves. No other file spells its key.
 */
const limiterKey: Key = { pk: 'SENDER', sk: 'CLOCK' };

/** Time was taken from `start` on; or none was, since all of it is taken up to `nextFreeAt`. Milliseconds since 1970. */
export type Reservation = { readonly start: number } | { readonly nextFreeAt: number };

export type SendRateLimiter = ReturnType<typeof createSendRateLimiter>;

/** @param deps.table the outreach table. */
export function createSendRateLimiter(deps: TableDeps) {
  return {
    /**
     * Takes the sender's next free time. What a broadcast has taken ahead keeps nobody of the priority line waiting: that line
     * waits only for itself, and the broadcast makes room after it.
     *
     * @param milliseconds how much. @param span it may start at the earliest and at the latest then.
     */
    tryReserve: async (lane: Lane, milliseconds: number, span: Span): Promise<Reservation> => {
      if (lane === 'bulk') return advance(deps, 'nextFreeAt', milliseconds, span);
      const reserved = await advance(deps, 'priorityAt', milliseconds, span);
      if ('start' in reserved)
        await advance(deps, 'nextFreeAt', milliseconds, { ...span, latest: END_OF_TIME });
      return reserved;
    },
    /** Takes time for texts that leave at once, whoever has taken it before: those after them make room. */
    reserveNow: async (milliseconds: number, now: number): Promise<void> => {
      await advance(deps, 'nextFreeAt', milliseconds, { earliest: now, latest: END_OF_TIME });
    },
    /**
     * A place in a line, for texts that come again when it is their turn to ask: takes nothing of the sender's time.
     *
     * @returns when the place begins.
     */
    enqueue: async (lane: Lane, milliseconds: number, earliest: number): Promise<number> => {
      const span = { earliest, latest: END_OF_TIME };
      const place = await advance(deps, `${lane}Line`, milliseconds, span);
      return 'start' in place ? place.start : place.nextFreeAt;
    },
  };
}

interface Span {
  readonly earliest: number;
  readonly latest: number;
}

const END_OF_TIME = Number.MAX_SAFE_INTEGER;
/** All workers move the same clock: nobody waits between two attempts, so that the sender's time is not left unused. */
const LIMITS = { maximumAttempts: 20, pause: async () => {} };

/**
 * Moves a time on from itself, or from `earliest` when it lies behind. One request where the line is as it mostly is, else two:
 * a broadcast's queues, and the priority line rests.
 */
async function advance(
  { client, table }: TableDeps,
  attribute: 'nextFreeAt' | 'priorityAt' | `${Lane}Line`,
  milliseconds: number,
  { earliest, latest }: Span,
): Promise<Reservation> {
  const update = async (value: string, condition: string, values: Item) => {
    const answer = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: limiterKey,
        UpdateExpression: `SET #time = ${value}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#time': attribute },
        ExpressionAttributeValues: values,
        ReturnValues: 'UPDATED_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { start: Number(answer.Attributes?.[attribute]) - milliseconds };
  };
  const onwards = () =>
    update('#time + :taken', '#time BETWEEN :earliest AND :latest', {
      ':taken': milliseconds,
      ':earliest': earliest,
      ':latest': latest,
    });
  const afresh = () =>
    update(':after', 'attribute_not_exists(#time) OR #time < :earliest', {
      ':after': earliest + milliseconds,
      ':earliest': earliest,
    });
  let rests = attribute === 'priorityAt';
  const attempt = async () => {
    const reserved = await (rests ? afresh() : onwards()).catch(stoodAt(attribute));
    if ('start' in reserved || reserved.nextFreeAt > latest) return reserved;
    rests = reserved.nextFreeAt < earliest;
    return LOST;
  };
  return retryLost("The sender's time", attempt, LIMITS);
}

/** Where the time stood when the condition failed; 0 before its first use. */
function stoodAt(attribute: string) {
  return (error: unknown): { nextFreeAt: number } => {
    if (!isConditionFailure(error)) throw error;
    const { Item } = error as { Item?: Record<string, { N?: string } | number> };
    const time = Item?.[attribute];
    return { nextFreeAt: Number((typeof time === 'object' ? time.N : time) ?? 0) };
  };
}
