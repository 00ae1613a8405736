import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Lane } from '../automation/lanes.ts';
import { type Item, isConditionFailure, type Key } from '../runtime/dynamodb.ts';

/**
 * The time of the sender, as a generic cell rate algorithm keeps it: one moment up to which it is taken, which each batch
 * of texts moves on by what its segments take, and another that only the priority line moves. No other file spells its key.
 */
const limiterKey: Key = { pk: 'SENDER', sk: 'CLOCK' };

/** Time was taken from `start` on; or none was, since all of it is taken up to `nextFreeAt`. Milliseconds since 1970. */
export type Reservation = { readonly start: number } | { readonly nextFreeAt: number };

export type SendRateLimiter = ReturnType<typeof createSendRateLimiter>;

export function createSendRateLimiter(deps: {
  readonly client: DynamoDBDocumentClient;
  /** The outreach table. */
  readonly table: string;
}) {
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
/** Others move the same clock at the same time. */
const ATTEMPTS = 20;

/**
 * Moves a time on from itself, or from `earliest` when it lies behind. One request where the line is as it mostly is, else two:
 * a broadcast's queues, and the priority line rests.
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

/** Where the time stood when the condition failed; 0 before its first use. */
function stoodAt(attribute: string) {
  return (error: unknown): { nextFreeAt: number } => {
    if (!isConditionFailure(error)) throw error;
    const { Item } = error as { Item?: Record<string, { N?: string } | number> };
    const time = Item?.[attribute];
    return { nextFreeAt: Number((typeof time === 'object' ? time.N : time) ?? 0) };
  };
}
