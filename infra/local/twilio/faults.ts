/** A fault that the stand-in plays on purpose. Without `to` it hits every number, without `times` every time. */
export type Fault = { readonly to?: string; readonly times?: number } & (
  | { readonly kind: 'error'; readonly status: 401 | 429 | 500 | 503 }
  /** Twilio refuses to create the text. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: number | null }
  /** The text is taken, and its news says that the carriers did not deliver it. */
  | { readonly kind: 'undelivered'; readonly errorCode: number }
  /** The connection breaks before the text is created. */
  | { readonly kind: 'timeoutBeforeAcceptance' }
  /** The text is created and the answer never comes. */
  | { readonly kind: 'timeoutAfterAcceptance' }
  | { readonly kind: 'callbacks'; readonly mode: 'missing' | 'doubled' | 'shuffled' }
  /** Twilio receives a text and does not call our webhook. `to` is the number that texted. */
  | { readonly kind: 'webhookLost' }
  /** Every request that sends no text is answered with 503. */
  | { readonly kind: 'apiDown' }
  /** Every answer is late. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
);

/** The faults that are switched on. */
export class Faults {
  private active: { readonly fault: Fault; left: number }[] = [];
  /** Counts how often a fault struck. */
  struck = 0;

  set(fault: Fault): void {
    this.active.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.active = [];
  }

  /** Finds the fault of the given kinds that hits this number now, and uses up one of its times. */
  take<K extends Fault['kind']>(to: string, ...kinds: K[]): Extract<Fault, { kind: K }> | undefined {
    const hit = this.active.find(
      ({ fault, left }) =>
        left > 0 && (kinds as string[]).includes(fault.kind) && (fault.to === undefined || fault.to === to),
    );
    if (!hit) return undefined;
    hit.left--;
    this.struck++;
    return hit.fault as Extract<Fault, { kind: K }>;
  }
}
