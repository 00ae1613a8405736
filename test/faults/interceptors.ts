import type { Interceptor, ProxiedRequest, Reply } from './proxy.ts';

/** An interceptor that counts how often its fault struck. */
export interface Injection {
  readonly interceptor: Interceptor;
  injected(): number;
}

export interface InjectionOptions {
  /** Actions that the fault strikes; all that it can concern when absent. */
  readonly actions?: readonly string[];
  /** The fault strikes one in this many of them, from the first one on. */
  readonly oneIn: number;
  /** The fault strikes at most this often. */
  readonly maximum?: number;
}

type Inject = (
  request: ProxiedRequest,
  forward: (body?: string) => Promise<Reply>,
) => ReturnType<Interceptor> | undefined;

/** Creates an injection. @param inject returns undefined for a request that the fault cannot concern. */
function createInjection(
  { actions, oneIn, maximum = Number.POSITIVE_INFINITY }: InjectionOptions,
  inject: Inject,
): Injection {
  let matching = 0;
  let injected = 0;
  return {
    interceptor: (request, forward) => {
      if (!actions || actions.includes(request.action)) {
        const isHit = matching++ % oneIn === 0 && injected < maximum;
        const struck = isHit ? inject(request, forward) : undefined;
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

/** Answers that DynamoDB has no capacity left for the request. */
export const throttled = (options: InjectionOptions) =>
  createInjection({ actions: READS_AND_WRITES, ...options }, async () =>
    awsError('ProvisionedThroughputExceededException', 'Asked to fail'),
  );

/** Answers that another transaction holds an item of this one: nothing is written. */
export const conflicting = (options: InjectionOptions) =>
  createInjection({ actions: ['TransactWriteItems'], ...options }, async ({ body }) => {
    const { TransactItems } = JSON.parse(body) as { TransactItems: unknown[] };
    const CancellationReasons = TransactItems.map((_, index) =>
      index === 0 ? { Code: 'TransactionConflict' } : { Code: 'None' },
    );
    return awsError('TransactionCanceledException', 'Transaction cancelled', { CancellationReasons });
  });

type Keys = Record<string, { Keys: unknown[] }>;

/** Reads half of a batch: the last half of each table's keys comes back unread. */
export const halved = (options: InjectionOptions) =>
  createInjection({ actions: ['BatchGetItem'], ...options }, ({ body }, forward) => {
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

/** Breaks the connection before the request arrives. */
export const neverArriving = (options: InjectionOptions) =>
  createInjection(options, () => Promise.resolve('broken'));

/** Carries the request out and loses its answer. */
export const answerLost = (options: InjectionOptions) =>
  createInjection(options, async (_, forward) => {
    await forward();
    return 'broken' as const;
  });

/** Carries the request out and never answers. */
export const silent = (options: InjectionOptions) =>
  createInjection(options, async (_, forward) => {
    await forward();
    return 'silence' as const;
  });

interface Entries {
  readonly Entries: readonly { readonly Id: string }[];
}

/** Lets SQS take a batch without its first entry. */
export const partlyRefused = (options: InjectionOptions) =>
  createInjection({ actions: ['SendMessageBatch'], ...options }, async ({ body }, forward) => {
    const asked = JSON.parse(body) as Entries;
    const [refused, ...taken] = asked.Entries;
    const Failed = [{ Id: refused?.Id, SenderFault: false, Code: 'InternalError', Message: 'Asked to fail' }];
    if (taken.length === 0) return { status: 200, body: JSON.stringify({ Successful: [], Failed }) };
    const reply = await forward(JSON.stringify({ ...asked, Entries: taken }));
    return { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), Failed }) };
  });
