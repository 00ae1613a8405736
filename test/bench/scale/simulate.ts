import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';
import { ASSUMED } from './assumptions.ts';
import { type Changes, changesFor, type Day, scenarioOf } from './day.ts';
import { LARGE, number } from './page.ts';
import { type Result, simulate } from './simulation.ts';
import { settingsOfStack } from './stack-settings.ts';

const { values } = parseArgs({
  options: {
    numbers: { type: 'string', default: String(LARGE.numbers) },
    'texts-per-second': { type: 'string', default: String(LARGE.textsPerSecond) },
    /** Members of the broadcast at 9:00; one number in twenty when absent. */
    broadcast: { type: 'string' },
    /** Hour at which Twilio refuses everything for an hour; `none` for a day without an outage. */
    outage: { type: 'string', default: '14' },
    /** Segments a second that the senders accept together; enough for the texts when absent. */
    'segments-per-second': { type: 'string' },
    seed: { type: 'string', default: '1' },
    organization: { type: 'string', default: 'demo' },
  },
});

const textsPerSecond = Number(values['texts-per-second']);
const day: Day = {
  textsPerSecond,
  broadcast: Number(values.broadcast ?? Math.round(Number(values.numbers) / 20)),
  outageAt: values.outage === 'none' ? undefined : Number(values.outage),
  senderSegmentsPerSecond: Number(
    values['segments-per-second'] ?? Math.ceil(textsPerSecond * ASSUMED.segmentsPerText),
  ),
  seed: Number(values.seed),
};
const given = [day.textsPerSecond, day.senderSegmentsPerSecond].every((value) => value > 0);
const isHour = day.outageAt === undefined || (day.outageAt >= 0 && day.outageAt <= 22);
if (!given || !(day.broadcast >= 0) || !isHour || !Number.isInteger(day.seed)) {
  throw new Error('Give numbers above 0, an hour of 0 to 22 for --outage (or none), and a whole --seed');
}
const stack = settingsOfStack(values.organization);
const changes = changesFor(day, stack);

console.log(
  `A day at ${number(textsPerSecond)} texts per second at most, a broadcast to ${number(day.broadcast)} at 9:00, ` +
    `${day.outageAt === undefined ? 'no outage' : `Twilio out from ${day.outageAt}:00 to ${day.outageAt + 1}:00`}, seed ${day.seed}.`,
);
play('The stack as it is', undefined);
if (changes) {
  play(
    `With ${changes.bulkConcurrency} workers of the bulk lane, ${changes.conversationShards} shards of the list of conversations, ` +
      `${number(changes.callbackRate)} callbacks a second`,
    changes,
  );
} else {
  console.log('\nIt has room for this load as it is: nothing needs to be changed.');
}

function play(title: string, changed: Changes | undefined): void {
  console.log(`\n${pc.bold(title)}`);
  const bar = new SingleBar({ format: '{bar} {value}:00', clearOnComplete: true, hideCursor: true });
  const isSeen = process.stderr.isTTY;
  if (isSeen) bar.start(24, 0);
  const result = simulate(scenarioOf(day, stack, changed), (hour) => {
    bar.update(hour);
    // The simulation never yields to the timer by which a bar draws itself, so the bar is drawn here.
    if (isSeen) bar.render();
  });
  if (isSeen) bar.stop();
  console.log(tableOf(result));
  for (const line of linesOf(result)) console.log(line);
}

function tableOf({ hours }: Result): string {
  const table = new Table({
    head: [
      'hour',
      'due',
      'sent',
      'deferred',
      'refused',
      'queued (most)',
      'age bulk',
      'age priority',
      'workers',
      'throttled batches',
      'callbacks refused',
      "Twilio's queue",
    ],
    style: { head: [], border: [], compact: true },
  });
  hours.forEach((hour, index) => {
    table.push([
      `${index}:00`,
      number(hour.due),
      number(hour.sent),
      number(hour.deferred),
      number(hour.refused),
      number(hour.queued.bulk + hour.queued.priority),
      span(hour.oldest.bulk),
      span(hour.oldest.priority),
      number(hour.workers),
      number(Object.values(hour.throttles).reduce((sum, count) => sum + count, 0)),
      number(hour.callbacksRefused),
      span(hour.carrierQueueSeconds),
    ]);
  });
  return table.toString();
}

function* linesOf({ hours, due, sent, left, drainedAfter }: Result): Generator<string> {
  yield `${number(due)} texts were due, ${number(sent)} left, ${number(left)} are left for tomorrow (closed zones included).`;
  if (day.outageAt !== undefined) {
    yield drainedAfter === undefined
      ? 'What the outage kept never drained within the day.'
      : `What the outage kept was gone ${span(drainedAfter)} after its end.`;
  }
  const throttles = hours.reduce<Record<string, number>>((sums, { throttles }) => {
    for (const [name, count] of Object.entries(throttles)) sums[name] = (sums[name] ?? 0) + count;
    return sums;
  }, {});
  for (const [name, count] of Object.entries(throttles)) {
    yield `Batches that waited at a full partition (${name}): ${number(count)}.`;
  }
}

function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
