/** The kinds of requests that a fault can hit. */
export type RequestKind =
  | 'token'
  | 'describe'
  | 'query'
  | 'search'
  | 'update'
  | 'limits'
  | 'composite'
  | 'other';

/**
 * A fault that the stand-in plays on purpose. Without `on` it hits every request, without `times` every time. `skip` lets the
 * first requests through, so that the fault strikes in the middle of a look-up.
 */
export type Fault = {
  readonly on?: RequestKind;
  readonly times?: number;
  readonly skip?: number;
} & (
  | { readonly kind: 'expiredSession' | 'unavailable' | 'requestLimit' | 'rowLock' | 'tokenRefused' }
  /** The connection breaks without an answer. */
  | { readonly kind: 'reset' }
  /** The answer is late. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
);

/** The faults that are switched on. */
export class Faults {
  private active: { readonly fault: Fault; left: number; skip: number }[] = [];
  /** Counts how often a fault struck. */
  struck = 0;

  set(fault: Fault): void {
    this.active.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY, skip: fault.skip ?? 0 });
  }

  clear(): void {
    this.active = [];
  }

  /** Finds the fault of the given kinds that hits this request now, and uses up one of its times. */
  take<K extends Fault['kind']>(
    request: RequestKind,
    ...kinds: K[]
  ): Extract<Fault, { kind: K }> | undefined {
    for (const entry of this.active) {
      const { fault } = entry;
      if (entry.left <= 0 || !(kinds as string[]).includes(fault.kind)) continue;
      if (fault.on !== undefined && fault.on !== request) continue;
      if (entry.skip > 0) {
        entry.skip--;
        continue;
      }
      entry.left--;
      this.struck++;
      return fault as Extract<Fault, { kind: K }>;
    }
    return undefined;
  }
}
