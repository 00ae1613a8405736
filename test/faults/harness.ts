import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import { type Engine, startDynamoDb } from '../../infra/local/engines.ts';
import { findDynoxide } from '../../infra/local/programs.ts';
import { setUp } from '../flow/organization.ts';
import { createWorld, type World } from '../flow/world.ts';
import { type EngineProxy, startProxy, untouched } from './proxy.ts';
import { Scheduler } from './scheduler.ts';

/** Runs an organization behind proxies, on a clock of its own, with a DynamoDB that can be killed. */
export class FaultHarness {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly dynamodb: EngineProxy;
  readonly sqs: EngineProxy;
  readonly folder: string;
  private engine: Engine;

  private constructor(
    world: World,
    scheduler: Scheduler,
    { dynamodb, sqs }: { dynamodb: EngineProxy; sqs: EngineProxy },
    engine: Engine,
    folder: string,
  ) {
    this.world = world;
    this.scheduler = scheduler;
    this.dynamodb = dynamodb;
    this.sqs = sqs;
    this.engine = engine;
    this.folder = folder;
  }

  static async start(): Promise<FaultHarness> {
    const folder = mkdtempSync(join(tmpdir(), 'sendgate-faults-'));
    const engine = await startEngine(folder);
    const dynamodb = await startProxy(engine.endpoint);
    const sqs = await startProxy(inject('endpoints').sqs);
    const world = await createWorld({ dynamodb: dynamodb.url, sqs: sqs.url });
    await setUp(world);
    return new FaultHarness(world, await Scheduler.start(world), { dynamodb, sqs }, engine, folder);
  }

  /** True when DynamoDB runs in a process of our own, which can be killed. */
  get canKillEngine(): boolean {
    return (this.engine.pid ?? 0) > 0;
  }

  /** Kills DynamoDB at once and starts it again on its file. */
  async killEngine(): Promise<void> {
    const { pid = 0 } = this.engine;
    if (pid > 0) process.kill(pid, 'SIGKILL');
    await this.engine.stop();
    this.engine = await startEngine(this.folder);
    this.dynamodb.setTarget(this.engine.endpoint);
  }

  /** Switches every fault off. */
  clearFaults(): void {
    this.dynamodb.intercept(untouched);
    this.sqs.intercept(untouched);
    this.scheduler.habits = {};
    this.world.twilio.clearFaults();
    this.world.salesforce.clearFaults();
  }

  async close(): Promise<void> {
    vi.useRealTimers();
    await this.world.close();
    await Promise.all([this.dynamodb.close(), this.sqs.close()]);
    await this.engine.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function startEngine(folder: string): Promise<Engine> {
  const program = findDynoxide();
  const path = join(folder, 'dynamodb.sqlite');
  return program
    ? startDynamoDb({ program, path })
    : Promise.resolve({ endpoint: inject('endpoints').dynamodb, stop: async () => {} });
}
