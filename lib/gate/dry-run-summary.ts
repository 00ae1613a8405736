import { segmentsOf } from '../messaging/segments.ts';
import { clockSpan } from '../phone/zone-clock.ts';
import type { DryRunText, DryRunVerdict } from './dry-run.ts';

/** What becomes of a text under the settings as they are, and under those that are asked about. */
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

/** Recipients who may be in the same time zones, and when their texts would arrive. */
export interface ArrivalTimes {
  readonly zones: readonly string[];
  readonly texts: number;
  /** ISO 8601 UTC. */
  readonly earliest: string;
  readonly latest: string;
  /** The same two moments on the clocks of each zone, without an offset. */
  readonly local: readonly { readonly zone: string; readonly earliest: string; readonly latest: string }[];
}

/** Texts that leave, by what the carrier bills. */
export interface BilledTexts {
  readonly texts: number;
  readonly segments: number;
  /** Number of segments to how many texts have it. */
  readonly perText: Readonly<Record<string, number>>;
  readonly encodings: Readonly<Record<string, number>>;
  readonly cost: { readonly amount: number; readonly currency: string };
}

export interface DryRunSummary {
  readonly texts: number;
  /** Most frequent first. */
  readonly outcomes: readonly (DryRunOutcome & {
    readonly count: number;
    readonly samples: readonly Sample[];
  })[];
  /** Leave when they are due: the texts, and requests for START. */
  readonly leaving: BilledTexts;
  /** Leave later: outside the hours, or too many lately. */
  readonly deferred: BilledTexts;
  readonly arrivals: readonly ArrivalTimes[];
  /** What would be otherwise than under the settings as they are. */
  readonly changed: readonly {
    readonly from: DryRunOutcome;
    readonly to: DryRunOutcome;
    readonly count: number;
  }[];
}

const SAMPLES = 3;

/**
 * Adds up what would become of some texts (X12): by verdict and reason, segments and cost, the recipients' local time, and
 * what the changed settings change. Pure. Every figure but the samples and moments can be added to another page's.
 *
 * @param segmentPrice what one segment costs.
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
      samples: group.slice(0, SAMPLES).map(sampleOf),
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

/** The largest group first; equal ones in the order of their first member. */
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
  const found = bodies.map(segmentsOf);
  const segments = found.reduce((sum, { count }) => sum + count, 0);
  return {
    texts: bodies.length,
    segments,
    perText: counted(found.map(({ count }) => String(count))),
    encodings: counted(found.map(({ encoding }) => encoding)),
    // Prices have at most six places: what floating point adds behind them is noise.
    cost: { amount: Number((segments * price.amount).toFixed(6)), currency: price.currency },
  };
}

function counted(names: readonly string[]): Record<string, number> {
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

/** A moment on a zone's clocks, to the minute: 2026-11-24T09:05. */
function localTime(zone: string, moment: string): string {
  const at = Date.parse(moment);
  return new Date(at + clockSpan(zone, at).offset).toISOString().slice(0, 16);
}
