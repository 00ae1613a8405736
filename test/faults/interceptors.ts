import type { Interceptor, Passing, Reply } from './proxy.ts';

/** An interceptor that counts how often it struck. */
export interface Injection {
  readonly interceptor: Interceptor;
  injected(): number;
}

export interface Strikes {
  /** Actions that it strikes; all that the fault can concern when absent. */
  readonly on?: readonly string[];
  /** It strikes one in so many of them, from the first one on. */
  readonly oneIn: number;
  /** How often at most. */
  readonly most?: number;
}

type Strike = (
  passing: Passing,
  forward: (body?: string) => Promise<Reply>,
) => ReturnType<Interceptor> | undefined;

/** @param strike undefined for a request that the fault cannot concern. */
function injecting({ on, oneIn, most = Number.POSITIVE_INFINITY }: Strikes, strike: Strike): Injection {
  let met = 0;
  let injected = 0;
  return {
    interceptor: (passing, forward) => {
      if (!on || on.includes(passing.action)) {
        const isHit = met++ % oneIn === 0 && injected < most;
        const struck = isHit ? strike(passing, forward) : undefined;
        if (struck) {
          injected++;
          return struck;
        }
      }
      return forward();
    },
    injected: () => injected,
  };
}

const awsError = (type: string, message: string, more: object = {}): Reply => ({
  status: 400,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...more }),
});

const READS_AND_WRITES = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'Query',
  'BatchGetItem',
  'TransactWriteItems',
] as const;

/** DynamoDB has no capacity left for the request. */
export const throttled = (strikes: Strikes) =>
  injecting({ on: READS_AND_WRITES, ...strikes }, async () =>
    awsError('ProvisionedThroughputExceededException', 'Asked to fail'),
  );

/** Another transaction holds an item of this one: nothing is written. */
export const conflicting = (strikes: Strikes) =>
  injecting({ on: ['TransactWriteItems'], ...strikes }, async ({ body }) => {
    const { TransactItems } = JSON.parse(body) as { TransactItems: unknown[] };
    const CancellationReasons = TransactItems.map((_, index) =>
      index === 0 ? { Code: 'TransactionConflict' } : { Code: 'None' },
    );
    return awsError('TransactionCanceledException', 'Transaction cancelled', { CancellationReasons });
  });

type Keys = Record<string, { Keys: unknown[] }>;

/** A batch is read by halves: the last half of each table's keys comes back unread. */
export const halved = (strikes: Strikes) =>
  injecting({ on: ['BatchGetItem'], ...strikes }, ({ body }, forward) => {
    const asked = JSON.parse(body) as { RequestItems: Keys };
    const now: Keys = {};
    const later: Keys = {};
    for (const [table, request] of Object.entries(asked.RequestItems)) {
      const half = Math.ceil(request.Keys.length / 2);
      now[table] = { ...request, Keys: request.Keys.slice(0, half) };
      if (half < request.Keys.length) later[table] = { ...request, Keys: request.Keys.slice(half) };
    }
    if (Object.keys(later).length === 0) return undefined;
    return forward(JSON.stringify({ ...asked, RequestItems: now })).then((reply) => ({
      ...reply,
      body: JSON.stringify({ ...JSON.parse(reply.body), UnprocessedKeys: later }),
    }));
  });

/** The connection breaks before the request arrives. */
export const neverArriving = (strikes: Strikes) => injecting(strikes, () => Promise.resolve('broken'));

/** The request is carried out and its answer is lost. */
export const answerLost = (strikes: Strikes) =>
  injecting(strikes, async (_, forward) => {
    await forward();
    return 'broken' as const;
  });

/** The request is carried out and nothing more is heard. */
export const silent = (strikes: Strikes) =>
  injecting(strikes, async (_, forward) => {
    await forward();
    return 'silence' as const;
  });

interface Entries {
  readonly Entries: readonly { readonly Id: string }[];
}

/** SQS takes a batch but for its first entry. */
export const partlyRefused = (strikes: Strikes) =>
  injecting({ on: ['SendMessageBatch'], ...strikes }, async ({ body }, forward) => {
    const asked = JSON.parse(body) as Entries;
    const [refused, ...taken] = asked.Entries;
    const Failed = [{ Id: refused?.Id, SenderFault: false, Code: 'InternalError', Message: 'Asked to fail' }];
    if (taken.length === 0) return { status: 200, body: JSON.stringify({ Successful: [], Failed }) };
    const reply = await forward(JSON.stringify({ ...asked, Entries: taken }));
    return { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), Failed }) };
  });
