import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Lane } from '../automation/lanes.ts';
import { type Item, isConditionFailure, type Key } from '../runtime/dynamodb.ts';

/**
 * The rate limiter's one item, kept as in the generic cell rate algorithm (GCRA). `nextFreeAt` is the end of the sender's
 * reserved time: each batch of texts moves it on by the time that its segments take. `priorityAt` is the same for the
 * priority lane alone. No other file spells this key.
 */
const limiterKey: Key = { pk: 'SENDER', sk: 'CLOCK' };

/**
 * The result of a reservation, in milliseconds since 1970. `start`: the caller's slots begin there. `nextFreeAt`: nothing was
 * reserved, since the sender is busy until then.
 */
export type Reservation = { readonly start: number } | { readonly nextFreeAt: number };

/** Shares the sender's rate (segments a second) among all workers. */
export type SendRateLimiter = ReturnType<typeof createSendRateLimiter>;

export function createSendRateLimiter(deps: {
  readonly client: DynamoDBDocumentClient;
  /** The outreach table. */
  readonly table: string;
}) {
  return {
    /**
     * Reserves the sender's next free time. Priority texts ignore slots that a broadcast has reserved. The broadcast's next
     * slots move back by the same amount.
     *
     * @param milliseconds the length of the reservation.
     * @param span the earliest and the latest start, in milliseconds since 1970.
     * @throws Error when other workers won the race 20 times.
     */
    tryReserve: async (lane: Lane, milliseconds: number, span: Span): Promise<Reservation> => {
      if (lane === 'bulk') return advance(deps, 'nextFreeAt', milliseconds, span);
      const reserved = await advance(deps, 'priorityAt', milliseconds, span);
      if ('start' in reserved)
        await advance(deps, 'nextFreeAt', milliseconds, { ...span, latest: END_OF_TIME });
      return reserved;
    },
    /** Reserves time for texts that leave at once, over existing reservations: the next slots of broadcasts move back. */
    reserveNow: async (milliseconds: number, now: number): Promise<void> => {
      await advance(deps, 'nextFreeAt', milliseconds, { earliest: now, latest: END_OF_TIME });
    },
    /**
     * Assigns the moments at which texts without a slot ask again, one batch of a lane after the other. Reserves no time.
     *
     * @returns the moment at which the first of them asks again, in milliseconds since 1970.
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
/** Others move the same clock at the same time. */
const ATTEMPTS = 20;

/**
 * Moves a stored moment forward: from its own value, or from `earliest` when it lies before that. The first try assumes the
 * usual case, a busy sender or an idle priority lane, and takes one request; the other case takes two.
 */
async function advance(
  { client, table }: { readonly client: DynamoDBDocumentClient; readonly table: string },
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
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reserved = await (rests ? afresh() : onwards()).catch(stoodAt(attribute));
    if ('start' in reserved || reserved.nextFreeAt > latest) return reserved;
    rests = reserved.nextFreeAt < earliest;
  }
  throw new Error('Others took the time of the sender again and again');
}

/** Reads the stored moment out of a failed condition; 0 before its first use. */
function stoodAt(attribute: string) {
  return (error: unknown): { nextFreeAt: number } => {
    if (!isConditionFailure(error)) throw error;
    const { Item } = error as { Item?: Record<string, { N?: string } | number> };
    const time = Item?.[attribute];
    return { nextFreeAt: Number((typeof time === 'object' ? time.N : time) ?? 0) };
  };
}
