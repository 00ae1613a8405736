import type { Lane } from '../../lib/automation/lanes.ts';
import type { SendRateLimiter } from '../../lib/gate/send-rate-limiter.ts';
import { sendMilliseconds, type Urgency } from '../../lib/gate/sender-rate.ts';

/** A text asks for its turn at the sender. */
export interface SlotRequest {
  /** Of the message that it becomes: a text that is decided anew keeps its turn. */
  readonly id: string;
  readonly segments: number;
  readonly urgency: Urgency;
}

/** Now, after some waiting; or the text comes again at `until`. */
export type Slot =
  | { readonly kind: 'now'; readonly waitedMilliseconds: number }
  | { readonly kind: 'later'; readonly until: string };

export interface BatchThrottle {
  /** @param segmentsPerSecond of the sender. */
  acquire(request: SlotRequest, segmentsPerSecond: number): Promise<Slot>;
}

export interface BatchThrottleDeps {
  readonly limiter: SendRateLimiter;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * How far ahead a batch may take the sender's time. A broadcast not far: what is urgent leaves on top of what it has taken. A
 * worker that finds no room asks again rather than give up: while all wait, the rest of a broadcast stands in its queue.
 */
const HORIZON_MILLISECONDS: Readonly<Record<Lane, number>> = { priority: 20_000, bulk: 10_000 };
/** After so long in a worker a batch starts no more, and the texts of one take so long at most: both fit in its time-out. */
const LAST_START_MILLISECONDS = 25_000;
const LONGEST_BATCH_MILLISECONDS = 15_000;

interface Waiting extends SlotRequest {
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly settle: (slot: Slot) => void;
  readonly fail: (error: unknown) => void;
}

/** The turns of one batch. Texts that ask at the same time, as those of a batch do, take their time in one request. */
export function createBatchThrottle(deps: BatchThrottleDeps): BatchThrottle {
  const turns = new Map<string, Promise<Slot>>();
  const begun = deps.now().getTime();
  let pending: Waiting[] = [];
  return {
    acquire: (request, segmentsPerSecond) => {
      const known = turns.get(request.id);
      if (known) return known;
      const slot = new Promise<Slot>((settle, fail) => {
        pending.push({ ...request, askedAt: deps.now().getTime(), settle, fail });
        if (pending.length > 1) return;
        setImmediate(() => {
          const requests = pending;
          pending = [];
          reserveSlots(deps, begun, requests, segmentsPerSecond).catch((error) => {
            for (const each of requests) each.fail(error);
          });
        });
      });
      turns.set(request.id, slot);
      return slot;
    },
  };
}

async function reserveSlots(
  deps: BatchThrottleDeps,
  begun: number,
  requests: readonly Waiting[],
  segmentsPerSecond: number,
): Promise<void> {
  const timed = requests.map((request) => ({
    ...request,
    time: sendMilliseconds(request.segments, segmentsPerSecond),
  }));
  const ahead = timed.filter(({ urgency }) => urgency === 'atOnce');
  if (ahead.length > 0) {
    await deps.limiter.reserveNow(total(ahead), deps.now().getTime());
    for (const { settle } of ahead) settle({ kind: 'now', waitedMilliseconds: 0 });
  }
  for (const lane of ['priority', 'bulk'] as const) {
    const some = timed.filter(({ urgency }) => urgency === lane);
    if (some.length > 0) await reserveForLane(deps, begun, lane, some);
  }
}

type Timed = Waiting & { readonly time: number };

async function reserveForLane(
  deps: BatchThrottleDeps,
  begun: number,
  lane: Lane,
  requests: readonly Timed[],
): Promise<void> {
  const { limiter, now, sleep, random } = deps;
  const batch = fitting(requests);
  const lastStart = begun + LAST_START_MILLISECONDS;
  const reserve = () => {
    const at = now().getTime();
    const latest = Math.min(at + HORIZON_MILLISECONDS[lane], lastStart);
    return limiter.tryReserve(lane, total(batch), { earliest: at, latest });
  };
  let reserved = await reserve();
  while (!('start' in reserved)) {
    const at = now().getTime();
    // Eight waits at most: each waits three tenths of the horizon or more, and none goes on beyond the last start.
    // Some time before the sender is free, and not all at once: each asks seldom, and together they keep it busy.
    const again = Math.max(
      reserved.nextFreeAt - HORIZON_MILLISECONDS[lane],
      at + HORIZON_MILLISECONDS[lane] * (0.3 + 0.6 * random()),
    );
    if (again > lastStart) break;
    await sleep(again - at);
    reserved = await reserve();
  }
  if ('start' in reserved) {
    releaseAtSlots(deps, reserved.start, batch);
    return later(deps, lane, reserved.start + total(batch), requests.slice(batch.length));
  }
  return later(deps, lane, reserved.nextFreeAt, requests);
}

/** Each at its own moment. */
function releaseAtSlots({ now, sleep }: BatchThrottleDeps, start: number, requests: readonly Timed[]): void {
  let at = start;
  for (const { time, askedAt, settle, fail } of requests) {
    // From the moment it asked: waiting for room, ahead of its slot, ages what was read as much.
    const waitedMilliseconds = Math.max(0, at - askedAt);
    sleep(Math.max(0, at - now().getTime())).then(() => settle({ kind: 'now', waitedMilliseconds }), fail);
    at += time;
  }
}

async function later(
  { limiter }: BatchThrottleDeps,
  lane: Lane,
  earliest: number,
  requests: readonly Timed[],
): Promise<void> {
  if (requests.length === 0) return;
  let at = await limiter.enqueue(lane, total(requests), Math.ceil(earliest));
  for (const { time, settle } of requests) {
    settle({ kind: 'later', until: new Date(at).toISOString() });
    at += time;
  }
}

/** As many as leave within a worker's time; one at least. */
function fitting(requests: readonly Timed[]): readonly Timed[] {
  let time = 0;
  const most = requests.findIndex((request, index) => {
    time += request.time;
    return index > 0 && time > LONGEST_BATCH_MILLISECONDS;
  });
  return most < 0 ? requests : requests.slice(0, most);
}

function total(requests: readonly { readonly time: number }[]): number {
  return Math.ceil(requests.reduce((sum, { time }) => sum + time, 0) * 1000) / 1000;
}
