import type { World } from '../flow/world.ts';
import { type EngineProxy, type Interceptor, startProxy, untouched } from './proxy.ts';
import { Workers } from './worker.ts';

/** Where a worker died. */
export interface Death {
  /** The number of the request among those of its one event, from 1. */
  readonly request: number;
  /** Before the request reached the engine, or when the engine had answered and the worker did not know. */
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

/** Workers whose every request goes through a proxy, so that they can be killed at each. */
export class KillableScenario {
  private readonly proxies: readonly EngineProxy[];
  private readonly workers: Workers;

  private constructor(proxies: readonly EngineProxy[], workers: Workers) {
    this.proxies = proxies;
    this.workers = workers;
  }

  static async start(bundle: string): Promise<KillableScenario> {
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
    return new KillableScenario(proxies, new Workers(bundle, environment));
  }

  /**
   * Hands an event to a fresh worker and kills it at one of its requests.
   *
   * @returns where it died; undefined when it came to its end without making that many requests.
   */
  async killAt(event: unknown, request: number, when: Death['when']): Promise<Death | undefined> {
    const worker = this.workers.next();
    let met = 0;
    let action: string | undefined;
    const deadly: Interceptor = async (passing, forward) => {
      if (++met !== request) return forward();
      action = passing.action;
      if (when === 'after') await forward();
      await worker.kill();
      return 'broken';
    };
    for (const proxy of this.proxies) proxy.intercept(deadly);
    const ahead = Date.now() - (performance.timeOrigin + performance.now());
    const ending = await worker.invoke(event, ahead);
    for (const proxy of this.proxies) proxy.intercept(untouched);
    if (ending !== 'killed') {
      await worker.kill();
      if ('error' in ending) throw new Error(`A worker failed without being killed: ${ending.error}`);
      return undefined;
    }
    if (action === undefined) throw new Error('A worker ended that nobody killed');
    return { request, when, action };
  }

  async close(): Promise<void> {
    await this.workers.close();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}

/** An event for a worker to die over, and how it comes again afterwards. */
export interface KillReport {
  readonly event: unknown;
  comesAgain(death: Death): Promise<void>;
}

/**
 * Kills a worker at every request in turn, before and after, each time over a fresh event, until one comes to its end.
 *
 * @param stride 1 for every point; 2 for every other one.
 */
export async function killEverywhere(
  world: World,
  doomed: KillableScenario,
  arrange: () => Promise<KillReport>,
  stride = 1,
): Promise<Death[]> {
  const deaths: Death[] = [];
  for (let point = 0; ; point += stride) {
    const doom = await arrange();
    const death = await doomed.killAt(doom.event, Math.floor(point / 2) + 1, point % 2 ? 'after' : 'before');
    await world.twilio.settle();
    if (!death) return deaths;
    deaths.push(death);
    await doom.comesAgain(death);
  }
}
