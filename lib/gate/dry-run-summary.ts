import { segmentsOf } from '../messaging/segments.ts';
import { clockSpan } from '../phone/zone-clock.ts';
import type { DryRunText, DryRunVerdict } from './dry-run.ts';

/** The dry run of one text under the saved settings and under the changed ones. */
export interface ComparedText {
  readonly asIs: DryRunText;
  readonly then: DryRunText;
}

export interface DryRunOutcome {
  readonly verdict: DryRunVerdict;
  readonly reason: string | null;
}

interface Sample {
  readonly number: string;
  readonly leadId: string | null;
  readonly automationId: string | null;
  readonly sentence: string;
}

/** The texts to recipients with the same set of possible time zones, and when they would arrive. */
export interface ArrivalTimes {
  readonly zones: readonly string[];
  readonly texts: number;
  /** ISO 8601 UTC. */
  readonly earliest: string;
  readonly latest: string;
  /** The same two moments as local time in each zone, to the minute and without an offset. */
  readonly local: readonly { readonly zone: string; readonly earliest: string; readonly latest: string }[];
}

/** Counts of texts that would leave, in the units that the carrier bills. */
export interface BilledTexts {
  readonly texts: number;
  readonly segments: number;
  /** Maps a number of segments to the number of texts that take so many. */
  readonly perText: Readonly<Record<string, number>>;
  readonly encodings: Readonly<Record<string, number>>;
  readonly cost: { readonly amount: number; readonly currency: string };
}

export interface DryRunSummary {
  readonly texts: number;
  /** The most frequent outcome first. */
  readonly outcomes: readonly (DryRunOutcome & {
    readonly count: number;
    readonly samples: readonly Sample[];
  })[];
  /** Texts that would leave when they are due, requests for START included. */
  readonly leaving: BilledTexts;
  /** Texts that would leave later, because of sending hours or caps. */
  readonly deferred: BilledTexts;
  readonly arrivals: readonly ArrivalTimes[];
  /** Counts of texts whose outcome differs between the saved and the changed settings. */
  readonly changed: readonly {
    readonly from: DryRunOutcome;
    readonly to: DryRunOutcome;
    readonly count: number;
  }[];
}

const MAXIMUM_SAMPLES = 3;

/**
 * Sums up the dry runs of one page of texts (X12): counts by verdict and reason, segments and cost, local arrival times, and
 * the outcomes that the changed settings would change. Pure. All figures except samples and moments may be added up over pages.
 *
 * @param segmentPrice the price of one segment.
 */
export function summarizeDryRun(
  compared: readonly ComparedText[],
  segmentPrice: { readonly amount: number; readonly currency: string },
): DryRunSummary {
  const texts = compared.map(({ then }) => then);
  const outcomes = grouped(texts, nameOf);
  const differing = compared.filter(({ asIs, then }) => nameOf(asIs) !== nameOf(then));
  const changes = grouped(differing, ({ asIs, then }) => `${nameOf(asIs)} to ${nameOf(then)}`);
  const bodies = (isMeant: (text: DryRunText) => boolean) =>
    texts.flatMap((text) => (text.leaves && isMeant(text) ? [text.leaves.body] : []));
  return {
    texts: texts.length,
    outcomes: outcomes.map((group) => ({
      ...outcomeOf(group[0]),
      count: group.length,
      samples: group.slice(0, MAXIMUM_SAMPLES).map(sampleOf),
    })),
    leaving: billed(
      bodies(({ verdict }) => verdict !== 'defer'),
      segmentPrice,
    ),
    deferred: billed(
      bodies(({ verdict }) => verdict === 'defer'),
      segmentPrice,
    ),
    arrivals: grouped(
      texts.filter(({ leaves }) => leaves),
      ({ zones }) => zones.join(),
    ).map(arrivalsOf),
    changed: changes.map((group) => ({
      from: outcomeOf(group[0].asIs),
      to: outcomeOf(group[0].then),
      count: group.length,
    })),
  };
}

type Group<T> = readonly [T, ...T[]];

/** Groups by name. The largest group comes first; groups of equal size keep the order of their first members. */
function grouped<T>(all: readonly T[], nameFor: (one: T) => string): Group<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(nameFor(one));
    if (group) group.push(one);
    else groups.set(nameFor(one), [one]);
  }
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

function nameOf({ verdict, reason = '' }: DryRunText): string {
  return `${verdict} ${reason}`;
}

function outcomeOf({ verdict, reason }: DryRunText): DryRunOutcome {
  return { verdict, reason: reason ?? null };
}

function sampleOf({ number, leadId, automationId, sentence }: DryRunText): Sample {
  return { number, leadId: leadId ?? null, automationId: automationId ?? null, sentence };
}

function billed(bodies: readonly string[], price: { amount: number; currency: string }): BilledTexts {
  const segmented = bodies.map(segmentsOf);
  const segments = segmented.reduce((sum, { count }) => sum + count, 0);
  return {
    texts: bodies.length,
    segments,
    perText: countByName(segmented.map(({ count }) => String(count))),
    encodings: countByName(segmented.map(({ encoding }) => encoding)),
    // Prices have at most six decimal places: further digits come from floating point.
    cost: { amount: Number((segments * price.amount).toFixed(6)), currency: price.currency },
  };
}

function countByName(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(grouped(names, (name) => name).map((group) => [group[0], group.length]));
}

function arrivalsOf(group: Group<DryRunText>): ArrivalTimes {
  const moments = group.flatMap(({ leaves }) => leaves?.at ?? []).toSorted();
  const [earliest = '', latest = ''] = [moments[0], moments.at(-1)];
  const { zones } = group[0];
  return {
    zones,
    texts: group.length,
    earliest,
    latest,
    local: zones.map((zone) => ({
      zone,
      earliest: localTime(zone, earliest),
      latest: localTime(zone, latest),
    })),
  };
}

/** Formats a moment as local time of a zone, to the minute: 2026-11-24T09:05. */
function localTime(zone: string, moment: string): string {
  const at = Date.parse(moment);
  return new Date(at + clockSpan(zone, at).offset).toISOString().slice(0, 16);
}
