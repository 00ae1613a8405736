import type { Lane } from '../../lib/automation/lanes.ts';
import type { SendRateLimiter } from '../../lib/gate/send-rate-limiter.ts';
import { sendMilliseconds, type Urgency } from '../../lib/gate/sender-rate.ts';

/** A text's request for a slot at the sender. */
export interface SlotRequest {
  /** Id of the message that the text becomes. A text that is decided again keeps its slot. */
  readonly id: string;
  readonly segments: number;
  readonly urgency: Urgency;
}

/** The text may leave now, after some waiting; or it is due again at `until`, ISO 8601. */
export type Slot =
  | { readonly kind: 'now'; readonly waitedMilliseconds: number }
  | { readonly kind: 'later'; readonly until: string };

export interface BatchThrottle {
  /** Waits for the text's slot, or gives a later time. @param segmentsPerSecond of the sender. */
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
 * A batch may reserve the sender's time this far ahead. A broadcast may not reserve far, since urgent texts leave on top of its
 * slots. A worker that finds no room asks again rather than give up: meanwhile the rest of the broadcast stays in its queue.
 */
const HORIZON_MILLISECONDS: Readonly<Record<Lane, number>> = { priority: 20_000, bulk: 10_000 };
/**
 * A batch starts no later than this after its worker began, and its texts take no longer than `LONGEST_BATCH_MILLISECONDS`. Both
 * fit into the worker's time-out.
 */
const LAST_START_MILLISECONDS = 25_000;
const LONGEST_BATCH_MILLISECONDS = 15_000;

interface Waiting extends SlotRequest {
  readonly resolve: (slot: Slot) => void;
  readonly fail: (error: unknown) => void;
}

/** Creates the throttle of one batch. Texts that ask at the same time, as those of a batch do, share one reservation. */
export function createBatchThrottle(deps: BatchThrottleDeps): BatchThrottle {
  const slots = new Map<string, Promise<Slot>>();
  const begun = deps.now().getTime();
  let pending: Waiting[] = [];
  return {
    acquire: (request, segmentsPerSecond) => {
      const existing = slots.get(request.id);
      if (existing) return existing;
      const slot = new Promise<Slot>((resolve, fail) => {
        pending.push({ ...request, resolve, fail });
        if (pending.length > 1) return;
        setImmediate(() => {
          const requests = pending;
          pending = [];
          reserveSlots(deps, begun, requests, segmentsPerSecond).catch((error) => {
            for (const each of requests) each.fail(error);
          });
        });
      });
      slots.set(request.id, slot);
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
    for (const { resolve } of ahead) resolve({ kind: 'now', waitedMilliseconds: 0 });
  }
  for (const lane of ['priority', 'bulk'] as const) {
    const ofLane = timed.filter(({ urgency }) => urgency === lane);
    if (ofLane.length > 0) await reserveForLane(deps, begun, lane, ofLane);
  }
}

/** A request with its time at the sender, in milliseconds. */
type Timed = Waiting & { readonly time: number };

async function reserveForLane(
  deps: BatchThrottleDeps,
  begun: number,
  lane: Lane,
  requests: readonly Timed[],
): Promise<void> {
  const { limiter, now, sleep, random } = deps;
  const batch = fittingRequests(requests);
  const lastStart = begun + LAST_START_MILLISECONDS;
  const reserve = () => {
    const at = now().getTime();
    const latest = Math.min(at + HORIZON_MILLISECONDS[lane], lastStart);
    return limiter.tryReserve(lane, total(batch), { earliest: at, latest });
  };
  let reserved = await reserve();
  while (!('start' in reserved)) {
    const at = now().getTime();
    // A worker waits eight times at most: each wait takes three tenths of the horizon or more, and none ends after the last start.
    // The workers ask again at random times shortly before the sender is free: each asks seldom, and together they keep it busy.
    const nextTry = Math.max(
      reserved.nextFreeAt - HORIZON_MILLISECONDS[lane],
      at + HORIZON_MILLISECONDS[lane] * (0.3 + 0.6 * random()),
    );
    if (nextTry > lastStart) break;
    await sleep(nextTry - at);
    reserved = await reserve();
  }
  if ('start' in reserved) {
    releaseAtSlots(deps, reserved.start, batch);
    return postpone(deps, lane, reserved.start + total(batch), requests.slice(batch.length));
  }
  return postpone(deps, lane, reserved.nextFreeAt, requests);
}

/** Lets each text leave at its own slot. @param start of the first slot, milliseconds since 1970. */
function releaseAtSlots({ now, sleep }: BatchThrottleDeps, start: number, requests: readonly Timed[]): void {
  let at = start;
  for (const { time, resolve, fail } of requests) {
    const waitedMilliseconds = Math.max(0, at - now().getTime());
    sleep(waitedMilliseconds).then(() => resolve({ kind: 'now', waitedMilliseconds }), fail);
    at += time;
  }
}

/** Enqueues texts that do not fit into this worker's time, and tells each when it is due again. */
async function postpone(
  { limiter }: BatchThrottleDeps,
  lane: Lane,
  earliest: number,
  requests: readonly Timed[],
): Promise<void> {
  if (requests.length === 0) return;
  let at = await limiter.enqueue(lane, total(requests), Math.ceil(earliest));
  for (const { time, resolve } of requests) {
    resolve({ kind: 'later', until: new Date(at).toISOString() });
    at += time;
  }
}

/** Returns the first requests that leave within a worker's time, one at least. */
function fittingRequests(requests: readonly Timed[]): readonly Timed[] {
  let time = 0;
  const firstTooLate = requests.findIndex((request, index) => {
    time += request.time;
    return index > 0 && time > LONGEST_BATCH_MILLISECONDS;
  });
  return firstTooLate < 0 ? requests : requests.slice(0, firstTooLate);
}

function total(requests: readonly { readonly time: number }[]): number {
  return Math.ceil(requests.reduce((sum, { time }) => sum + time, 0) * 1000) / 1000;
}
