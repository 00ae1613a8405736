import type { World } from '../flow/world.ts';
import { type EngineProxy, type Interceptor, startProxy, untouched } from './proxy.ts';
import { Workers } from './worker.ts';

/** The request at which a worker was killed. */
export interface KillPoint {
  /** The number of the request among those of its one event, from 1. */
  readonly request: number;
  /** Before the request reached the engine, or after the engine answered and before the worker got the answer. */
  readonly when: 'before' | 'after';
  readonly action: string;
}

const ENGINES = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  ssm: 'AWS_ENDPOINT_URL_SSM',
  twilio: 'TWILIO_BASE_URL',
} as const;
const QUEUE_URL = /_QUEUE_URL$/;

/** Starts workers whose every request goes through a proxy, so that they can be killed at each. */
export class KillableWorkers {
  private readonly proxies: readonly EngineProxy[];
  private readonly workers: Workers;

  private constructor(proxies: readonly EngineProxy[], workers: Workers) {
    this.proxies = proxies;
    this.workers = workers;
  }

  static async start(bundle: string): Promise<KillableWorkers> {
    const environment: Record<string, string> = {};
    for (const [name, value] of Object.entries(process.env))
      if (value !== undefined) environment[name] = value;
    const proxies: EngineProxy[] = [];
    for (const [engine, variable] of Object.entries(ENGINES)) {
      const proxy = await startProxy(environment[variable] ?? '');
      proxies.push(proxy);
      environment[variable] = proxy.url;
      if (engine !== 'sqs') continue;
      for (const name of Object.keys(environment).filter((name) => QUEUE_URL.test(name))) {
        environment[name] = new URL(new URL(environment[name] ?? '').pathname, proxy.url).href;
      }
    }
    return new KillableWorkers(proxies, new Workers(bundle, environment));
  }

  /**
   * Hands an event to a fresh worker and kills it at one of its requests.
   *
   * @returns the kill point; undefined when the worker finished with fewer requests.
   */
  async killAt(event: unknown, request: number, when: KillPoint['when']): Promise<KillPoint | undefined> {
    const worker = this.workers.next();
    let requests = 0;
    let action: string | undefined;
    const killing: Interceptor = async (proxied, forward) => {
      if (++requests !== request) return forward();
      action = proxied.action;
      if (when === 'after') await forward();
      await worker.kill();
      return 'broken';
    };
    for (const proxy of this.proxies) proxy.intercept(killing);
    const ahead = Date.now() - (performance.timeOrigin + performance.now());
    const ending = await worker.invoke(event, ahead);
    for (const proxy of this.proxies) proxy.intercept(untouched);
    if (ending !== 'killed') {
      await worker.kill();
      if ('error' in ending) throw new Error(`A worker failed without being killed: ${ending.error}`);
      return undefined;
    }
    if (action === undefined) throw new Error('A worker ended without being killed');
    return { request, when, action };
  }

  async close(): Promise<void> {
    await this.workers.close();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}

/** An event during which a worker is killed, and how the event is delivered again afterwards. */
export interface KillTarget {
  readonly event: unknown;
  redeliver(killPoint: KillPoint): Promise<void>;
}

/**
 * Kills a worker at every request in turn, before and after it, each time with a fresh event, until a worker finishes.
 *
 * @param stride 1 for every kill point; 2 for every other one.
 */
export async function killAtEveryRequest(
  world: World,
  workers: KillableWorkers,
  arrange: () => Promise<KillTarget>,
  stride = 1,
): Promise<KillPoint[]> {
  const killPoints: KillPoint[] = [];
  for (let point = 0; ; point += stride) {
    const target = await arrange();
    const killPoint = await workers.killAt(
      target.event,
      Math.floor(point / 2) + 1,
      point % 2 ? 'after' : 'before',
    );
    await world.twilio.settle();
    if (!killPoint) return killPoints;
    killPoints.push(killPoint);
    await target.redeliver(killPoint);
  }
}
