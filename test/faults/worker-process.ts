import { pathToFileURL } from 'node:url';

/**
 * A function in a process of its own, for being killed: loads the bundle it is told, then answers one event after the other at
 * the time it is told.
 */
interface Order {
  readonly event: unknown;
  /** Milliseconds by which its clock is ahead of the machine's. */
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

process.on('message', (order: Order) => {
  ahead = order.ahead;
  handler(order.event, { getRemainingTimeInMillis: () => 60_000 }).then(
    (result) => process.send?.({ result: result ?? null }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.('ready');
