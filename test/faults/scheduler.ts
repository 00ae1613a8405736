import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { vi } from 'vitest';
import { workKinds } from '../../lib/automation/work.ts';
import { followStream, type StreamFollower } from '../flow/streams.ts';
import { context, type World } from '../flow/world.ts';

export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}
interface WaitingRecord extends QueueRecord {
  readonly receives: number;
  readonly visibleAt: number;
}

/** Misdeliveries that SQS allows itself. */
export interface QueueHabits {
  /** Every record comes twice, to two workers at once. */
  readonly doubled?: boolean;
  /** The last record comes first. */
  readonly reversed?: boolean;
  /** A record comes again while the first worker still has it, and once more after that. */
  readonly late?: boolean;
}

type Answer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };
type Handler = (event: never) => Promise<Answer>;
interface Queue {
  readonly url: string;
  readonly handle: Handler;
  waiting: WaitingRecord[];
}

/** The stack's queue settings: six times the gate's time-out, and five receives. */
const INVISIBLE_MILLISECONDS = 360_000;
const MAXIMUM_RECEIVES = 5;

/**
 * Plays Lambda's pollers and EventBridge's schedules on a clock that the test moves. A failed record comes back when it would in
 * AWS, so that a test can measure how long a text takes.
 */
export class Scheduler {
  /** Records that used up their receives. */
  readonly deadLetters: QueueRecord[] = [];
  habits: QueueHabits = {};
  /** Records that came twice, late or out of order. */
  misdelivered = 0;
  private readonly world: World;
  private readonly sqs = new SQSClient({});
  private readonly queues: Queue[];
  private readonly streams: { readonly source: StreamFollower; pending: unknown[] }[];
  private minutes = 0;

  private constructor(world: World, sources: readonly StreamFollower[]) {
    const { tables, handlers } = world;
    this.world = world;
    this.streams = sources.map((source) => ({ source, pending: [] }));
    const queue = (url: string, handle: unknown): Queue => ({ url, handle: handle as Handler, waiting: [] });
    this.queues = [
      queue(tables.jobsQueueUrl, handlers.jobs),
      queue(tables.carrierListQueueUrl, handlers.carrierList),
      queue(tables.priorityQueueUrl, handlers.gate),
      queue(tables.bulkQueueUrl, handlers.gate),
    ];
  }

  static async start(world: World): Promise<Scheduler> {
    const { consentTable, configurationTable } = world.tables;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    return new Scheduler(world, [await followStream(consentTable), await followStream(configurationTable)]);
  }

  pass(seconds: number): void {
    vi.setSystemTime(Date.now() + seconds * 1000);
  }

  /** Plays one minute: changes, cycles, gate; every fifth minute reconcile, every fifteenth the sweep. */
  async minute(): Promise<void> {
    this.pass(60);
    this.minutes++;
    await this.follow();
    await this.cycle();
    await this.poll();
    if (this.minutes % 5 === 0) await attempt(this.world.reconcile());
    if (this.minutes % 15 === 0) await attempt(this.world.handlers.cycle({ sweep: true }, context()));
    await this.world.twilio.settle();
  }

  /** Runs every cycle. The schedule runs a failed one again a minute later. */
  async cycle(): Promise<void> {
    for (const kind of workKinds) await attempt(this.world.handlers.cycle({ kind }, context()));
  }

  /** Hands changes to consent-changes. A failed change holds up those behind it and comes again. */
  async follow(): Promise<void> {
    for (const stream of this.streams) {
      stream.pending.push(...((await attempt(stream.source.next())) ?? []));
      if (stream.pending.length === 0) continue;
      const answer = await attempt(this.world.handlers.changes({ Records: stream.pending as never[] }));
      if (!answer) continue;
      const from = answer.batchItemFailures[0]?.itemIdentifier;
      const isFailed = (record: unknown) =>
        (record as { dynamodb?: { SequenceNumber?: string } }).dynamodb?.SequenceNumber === from;
      stream.pending = from === undefined ? [] : stream.pending.slice(stream.pending.findIndex(isFailed));
    }
  }

  /** Takes the records out of both lanes without handling them. */
  async take(): Promise<QueueRecord[]> {
    const taken: QueueRecord[] = [];
    for (const { url } of this.queues.slice(-2)) taken.push(...(await this.receive(url)));
    return taken;
  }

  /** Puts records back, as SQS does after their receiver crashed. */
  giveBack(records: readonly QueueRecord[]): void {
    const visibleAt = Date.now() + INVISIBLE_MILLISECONDS;
    this.queues[2]?.waiting.push(...records.map((record) => ({ ...record, receives: 1, visibleAt })));
  }

  /** Puts a record into the priority lane that no cycle wrote. */
  async poison(body: string): Promise<void> {
    await this.sqs.send(
      new SendMessageCommand({ QueueUrl: this.world.tables.priorityQueueUrl, MessageBody: body }),
    );
  }

  async poll(): Promise<void> {
    for (const queue of this.queues) {
      const now = Date.now();
      const due = queue.waiting.filter(({ visibleAt }) => visibleAt <= now);
      queue.waiting = queue.waiting.filter(({ visibleAt }) => visibleAt > now);
      const fresh = await this.receive(queue.url);
      const all = [...due, ...fresh.map((record) => ({ ...record, receives: 0, visibleAt: 0 }))];
      if (this.habits.reversed) {
        all.reverse();
        this.misdelivered += all.length;
      }
      for (let start = 0; start < all.length; start += 10)
        await this.deliver(queue, all.slice(start, start + 10));
    }
  }

  private async deliver(queue: Queue, records: readonly WaitingRecord[]): Promise<void> {
    const event = { Records: records.map(({ messageId, body }) => ({ messageId, body })) } as SQSEvent;
    const handle = () => attempt(queue.handle(event as never));
    const again = this.habits.doubled || this.habits.late ? handle() : undefined;
    const answer = await handle();
    await again;
    const afterwards = this.habits.late ? handle() : undefined;
    await afterwards;
    this.misdelivered += (again ? records.length : 0) + (afterwards ? records.length : 0);
    const failed = new Set(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const record of records) {
      if (answer && !failed.has(record.messageId)) continue;
      const receives = record.receives + 1;
      if (receives >= MAXIMUM_RECEIVES) this.deadLetters.push(record);
      else queue.waiting.push({ ...record, receives, visibleAt: Date.now() + INVISIBLE_MILLISECONDS });
    }
  }

  private async receive(url: string): Promise<QueueRecord[]> {
    const taken: QueueRecord[] = [];
    for (;;) {
      const { Messages = [] } =
        (await attempt(
          this.sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 })),
        )) ?? {};
      if (Messages.length === 0) return taken;
      taken.push(...Messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body })));
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    }
  }
}

/** Runs work that AWS would run again after a failure. @returns undefined when it failed. */
async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
