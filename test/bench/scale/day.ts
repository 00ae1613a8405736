import { ASSUMED, batchMilliseconds } from './assumptions.ts';
import { LIMITS } from './limits.ts';
import { ROOM, WRITES_PER_TEXT } from './needs.ts';
import type { LaneName, Scenario } from './simulation.ts';
import type { StackSettings } from './stack-settings.ts';

const HOUR = 3600;
/** Time zones from east to west: their share of the people, and the hours that they are behind New York. */
const ZONES = [
  { part: 0.47, behind: 0 },
  { part: 0.29, behind: 1 },
  { part: 0.07, behind: 2 },
  { part: 0.17, behind: 3 },
] as const;
/** The product's own sending hours, by the recipient's clock. */
const OPENS = 9;
const CLOSES = 20;

/** The load and the outage of a simulated day. */
export interface Day {
  /** The organization's peak load. Steps of automations fill half of it while a zone is open. */
  readonly textsPerSecond: number;
  /** Members of a broadcast that starts at 9:00 in New York. */
  readonly broadcast: number;
  /** The hour, by New York's clock, in which Twilio refuses everything; undefined for a day without an outage. */
  readonly outageAt: number | undefined;
  readonly senderSegmentsPerSecond: number;
  readonly seed: number;
}

/** Changes to the stack for a second day, as docs/scale.md describes them. */
export interface Changes {
  readonly bulkConcurrency: number;
  readonly conversationShards: number;
  readonly callbackRate: number;
}

/** Computes the changes that a load needs, with room to drain a queue. @returns undefined where the stack needs none. */
export function changesFor(
  { textsPerSecond }: Pick<Day, 'textsPerSecond'>,
  stack: StackSettings,
): Changes | undefined {
  const load = textsPerSecond * ROOM;
  const workers = (load * batchMilliseconds) / 1000 / stack.bulk.batchSize;
  const writes = load * WRITES_PER_TEXT.conversationsList;
  const now: Changes = {
    bulkConcurrency: stack.bulk.maxConcurrency ?? LIMITS.sourceConcurrency.value,
    conversationShards: stack.conversationShards,
    callbackRate: stack.callbackRate,
  };
  const needed: Changes = {
    bulkConcurrency: Math.max(now.bulkConcurrency, Math.ceil(workers / 5) * 5),
    conversationShards: Math.max(now.conversationShards, Math.ceil(writes / LIMITS.partitionWrites.value)),
    // Twice the average, because a minute's texts leave at once, and their callbacks arrive at once.
    callbackRate: Math.max(
      now.callbackRate,
      Math.ceil((2 * textsPerSecond * ASSUMED.callbacksPerText) / 500) * 500,
    ),
  };
  const isEnough = (Object.keys(now) as (keyof Changes)[]).every((name) => needed[name] === now[name]);
  return isEnough ? undefined : needed;
}

/** Builds the scenario of a day of an organization on its stack, from midnight to midnight in New York. */
export function scenarioOf(day: Day, stack: StackSettings, changes?: Changes): Scenario {
  const one = LIMITS.partitionWrites.value;
  const { retryMilliseconds, callbacksPerText } = ASSUMED;
  return {
    seconds: 24 * HOUR,
    seed: day.seed,
    arrivals: arrivalsOf(day),
    opensAt,
    cycleSeconds: stack.cycleMinutes * 60,
    batchSize: stack.bulk.batchSize,
    maxConcurrency: {
      priority: stack.priority.maxConcurrency ?? LIMITS.sourceConcurrency.value,
      bulk: changes?.bulkConcurrency ?? stack.bulk.maxConcurrency ?? LIMITS.sourceConcurrency.value,
    },
    batchMilliseconds,
    carrierMilliseconds: ASSUMED.carrier,
    partitions: [
      {
        name: 'list of conversations',
        unitsPerText: WRITES_PER_TEXT.conversationsList,
        unitsPerDeferral: 0,
        perSecond: one * (changes?.conversationShards ?? stack.conversationShards),
      },
      {
        name: 'due index',
        unitsPerText: WRITES_PER_TEXT.dueIndex,
        unitsPerDeferral: WRITES_PER_TEXT.dueIndex,
        perSecond: one * stack.shards,
      },
      {
        name: 'claimed texts',
        unitsPerText: WRITES_PER_TEXT.claimedIndex,
        unitsPerDeferral: 0,
        perSecond: one * stack.shards,
      },
    ],
    retryMilliseconds,
    visibilitySeconds: stack.visibilitySeconds,
    senderPerSecond: day.senderSegmentsPerSecond / ASSUMED.segmentsPerText,
    ...(day.outageAt !== undefined && {
      outage: { from: day.outageAt * HOUR, to: (day.outageAt + 1) * HOUR, kind: 'carrierRefuses' as const },
    }),
    // The delays are those of functions/send-gate/submit-to-carrier.ts: 30 s, 1, 2, 4 ... minutes, an hour at most.
    retryAfter: (attempt) => Math.min(30 * 2 ** (attempt - 1), HOUR),
    callbacksPerText,
    callbackRate: changes?.callbackRate ?? stack.callbackRate,
    callbackBurst: stack.callbackBurst,
  };
}

/** Returns the second of today's opening, or of tomorrow's. */
function opensAt(zone: number, second: number): number {
  const behind = (ZONES[zone]?.behind ?? 0) * HOUR;
  const local = second - behind;
  const day = Math.floor(local / (24 * HOUR)) * 24 * HOUR;
  if (local - day < OPENS * HOUR) return day + OPENS * HOUR + behind;
  if (local - day >= CLOSES * HOUR) return day + (24 + OPENS) * HOUR + behind;
  return second;
}

/**
 * Returns the texts that become due in each second. Steps of sequences become due while a zone is open, since the step before was
 * sent at that time some days ago. New prospects write at all hours, a third as many at night. A broadcast's members are enrolled
 * page by page and are due at once.
 */
function arrivalsOf({ textsPerSecond, broadcast }: Day): Scenario['arrivals'] {
  const usual = textsPerSecond / 2;
  const start = OPENS * HOUR;
  return (second) => {
    const enrolled = Math.max(
      0,
      Math.min(ASSUMED.enrolledPerSecond, broadcast - (second - start) * ASSUMED.enrolledPerSecond),
    );
    return ZONES.flatMap(({ part }, zone) => {
      const open = opensAt(zone, second) === second;
      const steps = open ? usual * (1 - ASSUMED.newProspects) * part : 0;
      const prospects = usual * ASSUMED.newProspects * part * (open ? 1 : 1 / 3);
      const members = second >= start ? enrolled * part : 0;
      const of = (lane: LaneName, amount: number) => ({ lane, zone, count: whole(amount, second) });
      return [of('priority', prospects), of('bulk', steps), of('bulk', members)].filter(
        ({ count }) => count > 0,
      );
    });
  };
}

/** Rounds an amount per second to whole texts, so that the sum over seconds stays the same. */
function whole(amount: number, second: number): number {
  return Math.floor(amount * (second + 1)) - Math.floor(amount * second);
}
