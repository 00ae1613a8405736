import { pathToFileURL } from 'node:url';

/**
 * Runs a function in a process of its own, so that a test can kill it: loads the given bundle, then answers one event after
 * another, each at the given time.
 */
interface Invocation {
  readonly event: unknown;
  /** Milliseconds by which the worker's clock is ahead of the machine's. */
  readonly ahead: number;
}

const [, , bundle = ''] = process.argv;
const MachineDate = Date;
let ahead = 0;

globalThis.Date = new Proxy(MachineDate, {
  construct: (target, given, self) =>
    Reflect.construct(target, given.length === 0 ? [MachineDate.now() + ahead] : given, self),
  get: (target, name, self) =>
    name === 'now' ? () => MachineDate.now() + ahead : Reflect.get(target, name, self),
});

const { handler } = (await import(pathToFileURL(bundle).href)) as {
  handler: (event: unknown, context: unknown) => Promise<unknown>;
};

process.on('message', (invocation: Invocation) => {
  ahead = invocation.ahead;
  handler(invocation.event, { getRemainingTimeInMillis: () => 60_000 }).then(
    (result) => process.send?.({ result: result ?? null }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.('ready');
