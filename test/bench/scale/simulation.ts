import { LIMITS } from './limits.ts';
import { type Cohort, CohortQueue, chanceOf, EventHeap, Meter } from './queueing.ts';

export type LaneName = 'priority' | 'bulk';
const LANE_NAMES = ['priority', 'bulk'] as const;

/** The input of a simulation. All times are seconds of the day unless their names say otherwise. */
export interface Scenario {
  readonly seconds: number;
  readonly seed: number;
  /** Texts that become due in a second. */
  readonly arrivals: (
    second: number,
  ) => readonly { readonly lane: LaneName; readonly zone: number; readonly count: number }[];
  /** Returns the second at which a zone may be texted next; the given second when it may be texted now. */
  readonly opensAt: (zone: number, second: number) => number;
  readonly cycleSeconds: number;
  readonly batchSize: number;
  readonly maxConcurrency: Readonly<Record<LaneName, number>>;
  /** Duration of a batch with requests to Twilio, and of one whose texts are all deferred. */
  readonly batchMilliseconds: number;
  readonly carrierMilliseconds: number;
  /** Partitions that every text writes to. A sharded key counts as one partition with its shards' limits added up. */
  readonly partitions: readonly {
    readonly name: string;
    readonly unitsPerText: number;
    readonly unitsPerDeferral: number;
    readonly perSecond: number;
  }[];
  /** Duration for which a request is retried while its partition is full, and the time until its text comes back then. */
  readonly retryMilliseconds: number;
  readonly visibilitySeconds: number;
  /** Texts a second that the senders accept. */
  readonly senderPerSecond: number;
  readonly outage?: {
    readonly from: number;
    readonly to: number;
    readonly kind: 'carrierRefuses' | 'workersStand';
  };
  /** Seconds until a text that Twilio refused is due again. @param attempt from 1. */
  readonly retryAfter: (attempt: number) => number;
  readonly callbacksPerText: number;
  readonly callbackRate: number;
  readonly callbackBurst: number;
}

/** The results of an hour. Ages are seconds since a text was due and allowed to be sent. */
export interface Hour {
  due: number;
  sent: number;
  deferred: number;
  refused: number;
  throttles: Record<string, number>;
  callbacksRefused: number;
  queued: Record<LaneName, number>;
  oldest: Record<LaneName, number>;
  workers: number;
  carrierQueueSeconds: number;
}

export interface Result {
  readonly hours: readonly Hour[];
  /** Texts still to be sent at the end: in lanes, in batches at work, or due later. */
  readonly left: number;
  readonly due: number;
  readonly sent: number;
  /** Seconds from the end of the outage until no text older than a cycle was in a lane or waited for a retry. */
  readonly drainedAfter: number | undefined;
}

interface Batch {
  readonly lane: LaneName;
  readonly texts: readonly Cohort[];
  /** The partition that refused the request, if one did. */
  readonly throttledBy: string | undefined;
}

/**
 * Simulates a day in discrete events: texts become due, cycles enqueue them, event sources scale up and hand batches of ten to
 * workers, partitions and senders accept what their limits allow, Twilio may refuse. An event is a batch, not a single text.
 *
 * @param progress called each hour.
 */
export function simulate(scenario: Scenario, progress: (hour: number) => void = () => undefined): Result {
  const chance = chanceOf(scenario.seed);
  const ends = new EventHeap<Batch>();
  const lanes = {
    priority: { queue: new CohortQueue(), running: 0, allowed: LIMITS.sourceFirst.value },
    bulk: { queue: new CohortQueue(), running: 0, allowed: LIMITS.sourceFirst.value },
  };
  const partitions = scenario.partitions.map((partition) => ({
    ...partition,
    // A partition counts by the second, so it gives a second's units at once.
    meter: new Meter(partition.perSecond, 1),
  }));
  const sender = new Meter(scenario.senderPerSecond);
  /** Texts by the second at which they are due again. They come back from the queue without a cycle. */
  const dueLater = new Map<number, { lane: LaneName; cohort: Cohort }[]>();
  const backLater = new Map<number, { lane: LaneName; cohort: Cohort }[]>();
  const callbacks = new Map<number, number>();
  let pending: { lane: LaneName; cohort: Cohort }[] = [];
  const hours: Hour[] = [];
  let tokens = scenario.callbackBurst;
  const totals = { due: 0, sent: 0, retrying: 0 };
  let drainedAfter: number | undefined;

  const isOut = (at: number, kind: string) =>
    scenario.outage?.kind === kind && at >= scenario.outage.from && at < scenario.outage.to;
  const hourAt = (at: number): Hour => {
    const index = Math.min(Math.floor(at / 3600), Math.ceil(scenario.seconds / 3600) - 1);
    while (hours.length <= index) hours.push(newHour());
    return hours[index] as Hour;
  };
  const later = <T>(map: Map<number, T[]>, at: number, entry: T) => {
    const second = Math.ceil(at);
    const entries = map.get(second);
    if (entries) entries.push(entry);
    else map.set(second, [entry]);
  };

  function start(at: number): void {
    if (isOut(at, 'workersStand')) return;
    for (const name of LANE_NAMES) {
      const lane = lanes[name];
      while (lane.running < lane.allowed && lane.queue.size > 0) {
        if (lanes.priority.running + lanes.bulk.running >= LIMITS.lambdaConcurrency.value) return;
        const texts = lane.queue.take(scenario.batchSize);
        begin(name, texts, at);
      }
    }
  }

  function begin(name: LaneName, texts: readonly Cohort[], at: number): void {
    const hour = hourAt(at);
    lanes[name].running++;
    hour.workers = Math.max(hour.workers, lanes.priority.running + lanes.bulk.running);
    const sending = texts.filter(({ zone }) => scenario.opensAt(zone, at) <= at);
    const count = countOf(sending);
    for (const { firstDue, zone } of sending) {
      const mayGoSince = Math.max(firstDue, scenario.opensAt(zone, firstDue));
      hour.oldest[name] = Math.max(hour.oldest[name], at - mayGoSince);
    }
    const work =
      count > 0 ? scenario.batchMilliseconds : scenario.batchMilliseconds - scenario.carrierMilliseconds;
    let seconds = (work * (0.8 + 0.4 * chance())) / 1000;
    let throttledBy: string | undefined;
    for (const { name: partition, unitsPerText, unitsPerDeferral, meter } of partitions) {
      const delay = meter.delay(at);
      if (delay > 0) hour.throttles[partition] = (hour.throttles[partition] ?? 0) + 1;
      if (delay * 1000 > scenario.retryMilliseconds) {
        throttledBy = partition;
        seconds = scenario.retryMilliseconds / 1000;
        break;
      }
      seconds += delay;
      meter.take(unitsPerText * count + unitsPerDeferral * (countOf(texts) - count), at);
    }
    ends.push(at + seconds, { lane: name, texts, throttledBy });
  }

  function end({ lane, texts, throttledBy }: Batch, at: number): void {
    const hour = hourAt(at);
    lanes[lane].running--;
    for (const cohort of texts) {
      if (throttledBy !== undefined) {
        later(backLater, at + scenario.visibilitySeconds, { lane, cohort });
        continue;
      }
      const opens = scenario.opensAt(cohort.zone, at);
      if (opens > at) {
        hour.deferred += cohort.count;
        later(dueLater, opens, { lane, cohort });
      } else if (isOut(at, 'carrierRefuses')) {
        const attempt = cohort.attempt + 1;
        hour.refused += cohort.count;
        totals.retrying += cohort.attempt === 0 ? cohort.count : 0;
        later(dueLater, at + scenario.retryAfter(attempt), { lane, cohort: { ...cohort, attempt } });
      } else {
        hour.sent += cohort.count;
        totals.sent += cohort.count;
        totals.retrying -= cohort.attempt > 0 ? cohort.count : 0;
        sender.take(cohort.count, at);
        hour.carrierQueueSeconds = Math.max(hour.carrierQueueSeconds, sender.delay(at));
        const heard = Math.ceil(at) + 5;
        callbacks.set(heard, (callbacks.get(heard) ?? 0) + cohort.count * scenario.callbacksPerText);
      }
    }
  }

  function tick(second: number): void {
    const hour = hourAt(second);
    for (const { lane, zone, count } of scenario.arrivals(second)) {
      hour.due += count;
      totals.due += count;
      pending.push({ lane, cohort: { firstDue: second, zone, attempt: 0, count } });
    }
    for (const entry of dueLater.get(second) ?? []) pending.push(entry);
    dueLater.delete(second);
    for (const { lane, cohort } of backLater.get(second) ?? []) lanes[lane].queue.push(cohort, second);
    backLater.delete(second);
    if (second % scenario.cycleSeconds === 0) {
      for (const { lane, cohort } of merged(pending)) lanes[lane].queue.push(cohort, second);
      pending = [];
    }
    for (const name of LANE_NAMES) {
      const lane = lanes[name];
      const more =
        lane.queue.size > 0 ? LIMITS.sourcePerMinute.value / 60 : -LIMITS.sourcePerMinute.value / 60;
      const most = Math.min(scenario.maxConcurrency[name], LIMITS.sourceConcurrency.value);
      lane.allowed = Math.min(most, Math.max(LIMITS.sourceFirst.value, lane.allowed + more));
      hour.queued[name] = Math.max(hour.queued[name], lane.queue.size);
    }
    const heard = callbacks.get(second) ?? 0;
    callbacks.delete(second);
    // A second's tokens arrive during all of it: the bucket's size limits only those that are left at its end.
    const taken = Math.min(tokens + scenario.callbackRate, heard);
    tokens = Math.min(scenario.callbackBurst, tokens + scenario.callbackRate - taken);
    hour.callbacksRefused += heard - taken;
    watchDrain(second);
  }

  function watchDrain(second: number): void {
    const to = scenario.outage?.to;
    if (to === undefined || second < to || drainedAfter !== undefined || totals.retrying > 0) return;
    const oldest = Math.min(...LANE_NAMES.map((name) => lanes[name].queue.oldest() ?? second));
    if (second - oldest < scenario.cycleSeconds) drainedAfter = second - to;
  }

  for (let second = 0; second < scenario.seconds; second++) {
    if (second % 3600 === 0) progress(second / 3600);
    tick(second);
    start(second);
    while (ends.next < second + 1) {
      const at = ends.next;
      const batch = ends.pop();
      if (batch) end(batch, at);
      start(at);
    }
  }
  return { hours, due: totals.due, sent: totals.sent, left: totals.due - totals.sent, drainedAfter };
}

/** Merges the texts of a cycle that do not differ in anything into one cohort each. */
function merged(
  entries: readonly { lane: LaneName; cohort: Cohort }[],
): { lane: LaneName; cohort: Cohort }[] {
  const found = new Map<string, { lane: LaneName; cohort: Cohort }>();
  for (const { lane, cohort } of entries) {
    const key = `${lane} ${cohort.firstDue} ${cohort.zone} ${cohort.attempt}`;
    const same = found.get(key);
    if (same) same.cohort.count += cohort.count;
    else found.set(key, { lane, cohort: { ...cohort } });
  }
  return [...found.values()].toSorted((a, b) => a.cohort.firstDue - b.cohort.firstDue);
}

function countOf(texts: readonly Cohort[]): number {
  return texts.reduce((sum, { count }) => sum + count, 0);
}

function newHour(): Hour {
  const perLane = () => ({ priority: 0, bulk: 0 });
  return {
    due: 0,
    sent: 0,
    deferred: 0,
    refused: 0,
    throttles: {},
    callbacksRefused: 0,
    queued: perLane(),
    oldest: perLane(),
    workers: 0,
    carrierQueueSeconds: 0,
  };
}
