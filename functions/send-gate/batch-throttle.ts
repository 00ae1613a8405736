import type { Line, SenderClock } from '../../lib/gate/send-rate-limiter.ts';
import { timeOf, type Urgency } from '../../lib/gate/sender-rate.ts';

/** A text asks for its turn at the sender. */
export interface Ask {
  /** Of the message that it becomes: a text that is decided anew keeps its turn. */
  readonly id: string;
  readonly segments: number;
  readonly urgency: Urgency;
}

/** Now, after some waiting; or the text comes again at `until`. */
export type Turn =
  | { readonly kind: 'now'; readonly waitedMilliseconds: number }
  | { readonly kind: 'later'; readonly until: string };

export interface SenderTurns {
  /** @param segmentsPerSecond of the sender. */
  turn(ask: Ask, segmentsPerSecond: number): Promise<Turn>;
}

export interface SenderTurnsDeps {
  readonly clock: SenderClock;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * How far ahead a batch may take the sender's time. A broadcast not far: what is urgent leaves on top of what it has taken. A
 * worker that finds no room asks again rather than give up: while all wait, the rest of a broadcast stands in its queue.
 */
const HORIZON: Readonly<Record<Line, number>> = { priority: 20_000, bulk: 10_000 };
/** After so long in a worker a batch starts no more, and the texts of one take so long at most: both fit in its time-out. */
const LAST_START = 25_000;
const LONGEST_BATCH = 15_000;

interface Waiting extends Ask {
  readonly settle: (turn: Turn) => void;
  readonly fail: (error: unknown) => void;
}

/** The turns of one batch. Texts that ask at the same time, as those of a batch do, take their time in one request. */
export function createSenderTurns(deps: SenderTurnsDeps): SenderTurns {
  const turns = new Map<string, Promise<Turn>>();
  const begun = deps.now().getTime();
  let asking: Waiting[] = [];
  return {
    turn: (ask, segmentsPerSecond) => {
      const known = turns.get(ask.id);
      if (known) return known;
      const turn = new Promise<Turn>((settle, fail) => {
        asking.push({ ...ask, settle, fail });
        if (asking.length > 1) return;
        setImmediate(() => {
          const asks = asking;
          asking = [];
          giveTurns(deps, begun, asks, segmentsPerSecond).catch((error) => {
            for (const each of asks) each.fail(error);
          });
        });
      });
      turns.set(ask.id, turn);
      return turn;
    },
  };
}

async function giveTurns(
  deps: SenderTurnsDeps,
  begun: number,
  asks: readonly Waiting[],
  segmentsPerSecond: number,
): Promise<void> {
  const timed = asks.map((ask) => ({ ...ask, time: timeOf(ask.segments, segmentsPerSecond) }));
  const ahead = timed.filter(({ urgency }) => urgency === 'atOnce');
  if (ahead.length > 0) {
    await deps.clock.takeNow(total(ahead), deps.now().getTime());
    for (const { settle } of ahead) settle({ kind: 'now', waitedMilliseconds: 0 });
  }
  for (const line of ['priority', 'bulk'] as const) {
    const some = timed.filter(({ urgency }) => urgency === line);
    if (some.length > 0) await giveLine(deps, begun, line, some);
  }
}

type Timed = Waiting & { readonly time: number };

async function giveLine(
  deps: SenderTurnsDeps,
  begun: number,
  line: Line,
  asks: readonly Timed[],
): Promise<void> {
  const { clock, now, sleep, random } = deps;
  const batch = fitting(asks);
  let taken: Awaited<ReturnType<SenderClock['take']>>;
  for (;;) {
    const at = now().getTime();
    const latest = Math.min(at + HORIZON[line], begun + LAST_START);
    taken = await clock.take(line, total(batch), { earliest: at, latest });
    if ('start' in taken) break;
    // Some time before the sender is free, and not all at once: each asks seldom, and together they keep it busy.
    const again = Math.max(taken.freeAt - HORIZON[line], at + HORIZON[line] * (0.3 + 0.6 * random()));
    if (again > begun + LAST_START) break;
    await sleep(again - at);
  }
  if ('start' in taken) {
    leaveInTurn(deps, taken.start, batch);
    return later(deps, line, taken.start + total(batch), asks.slice(batch.length));
  }
  return later(deps, line, taken.freeAt, asks);
}

/** Each at its own moment. */
function leaveInTurn({ now, sleep }: SenderTurnsDeps, start: number, asks: readonly Timed[]): void {
  let at = start;
  for (const { time, settle, fail } of asks) {
    const waitedMilliseconds = Math.max(0, at - now().getTime());
    sleep(waitedMilliseconds).then(() => settle({ kind: 'now', waitedMilliseconds }), fail);
    at += time;
  }
}

async function later(
  { clock }: SenderTurnsDeps,
  line: Line,
  earliest: number,
  asks: readonly Timed[],
): Promise<void> {
  if (asks.length === 0) return;
  let at = await clock.queue(line, total(asks), Math.ceil(earliest));
  for (const { time, settle } of asks) {
    settle({ kind: 'later', until: new Date(at).toISOString() });
    at += time;
  }
}

/** As many as leave within a worker's time; one at least. */
function fitting(asks: readonly Timed[]): readonly Timed[] {
  let time = 0;
  const most = asks.findIndex((ask, index) => {
    time += ask.time;
    return index > 0 && time > LONGEST_BATCH;
  });
  return most < 0 ? asks : asks.slice(0, most);
}

function total(asks: readonly { readonly time: number }[]): number {
  return Math.ceil(asks.reduce((sum, { time }) => sum + time, 0) * 1000) / 1000;
}
