/** Texts that became due at the same time for the same zone and were refused equally often. */
export interface Cohort {
  /** Second of the day at which the texts were first due. */
  readonly firstDue: number;
  readonly zone: number;
  readonly attempt: number;
  count: number;
}

/** A first-in, first-out queue of cohorts. */
export class CohortQueue {
  private cohorts: (Cohort & { readonly enqueued: number })[] = [];
  private head = 0;
  size = 0;

  push(cohort: Cohort, now: number): void {
    if (cohort.count <= 0) return;
    this.size += cohort.count;
    this.cohorts.push({ ...cohort, enqueued: now });
  }

  /** Takes the oldest texts, at most `maximum` of them. */
  take(maximum: number): Cohort[] {
    const taken: Cohort[] = [];
    let left = maximum;
    while (left > 0 && this.head < this.cohorts.length) {
      const first = this.cohorts[this.head];
      if (!first) break;
      const count = Math.min(left, first.count);
      taken.push({ firstDue: first.firstDue, zone: first.zone, attempt: first.attempt, count });
      first.count -= count;
      left -= count;
      this.size -= count;
      if (first.count === 0) this.head++;
    }
    if (this.head > 10_000) {
      this.cohorts = this.cohorts.slice(this.head);
      this.head = 0;
    }
    return taken;
  }

  /** Returns when the oldest text was enqueued; undefined when the queue is empty. */
  oldest(): number | undefined {
    return this.cohorts[this.head]?.enqueued;
  }
}

/** A partition of DynamoDB, or a sender: gives `perSecond` units a second, in the order of the requests. */
export class Meter {
  private nextFreeAt = 0;
  private readonly perSecond: number;
  private readonly ahead: number;

  /** @param ahead seconds' worth of units that may be taken at once. */
  constructor(perSecond: number, ahead = 0) {
    this.perSecond = perSecond;
    this.ahead = ahead;
  }

  /** Returns the seconds until units that are requested now are available. */
  delay(now: number): number {
    return Math.max(0, this.nextFreeAt - now - this.ahead);
  }

  take(units: number, now: number): void {
    this.nextFreeAt = Math.max(this.nextFreeAt, now) + units / this.perSecond;
  }
}

/** A binary heap of events by time. It gives the next event first. */
export class EventHeap<T> {
  private readonly entries: { readonly at: number; readonly event: T }[] = [];

  get next(): number {
    return this.entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  push(at: number, event: T): void {
    const { entries } = this;
    let index = entries.push({ at, event }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((entries[parent]?.at ?? 0) <= at) break;
      this.swap(index, parent);
      index = parent;
    }
  }

  pop(): T | undefined {
    const { entries } = this;
    const first = entries[0];
    const last = entries.pop();
    if (!first || !last) return undefined;
    if (entries.length > 0) {
      entries[0] = last;
      this.sink();
    }
    return first.event;
  }

  private sink(): void {
    const { entries } = this;
    let index = 0;
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      if ((entries[left]?.at ?? Number.POSITIVE_INFINITY) < (entries[least]?.at ?? 0)) least = left;
      if ((entries[right]?.at ?? Number.POSITIVE_INFINITY) < (entries[least]?.at ?? 0)) least = right;
      if (least === index) return;
      this.swap(index, least);
      index = least;
    }
  }

  private swap(a: number, b: number): void {
    const { entries } = this;
    const [first, second] = [entries[a], entries[b]];
    if (first && second) {
      entries[a] = second;
      entries[b] = first;
    }
  }
}

/** Creates random numbers that are the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
