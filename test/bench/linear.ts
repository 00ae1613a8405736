import { startBenchOrganization } from './bench-organization.ts';
import { atMost, type Figure, raw } from './figure.ts';
import { watchHeap } from './heap.ts';
import { createPeople } from './people.ts';

/** Measures the time per text and the functions' memory with 1,000, 10,000 ... due texts. Neither may grow with that number. */
export async function measureLinear(
  sizes: readonly number[],
  progress: (line: string) => void,
): Promise<Figure[]> {
  const bench = await startBenchOrganization(progress);
  try {
    const people = createPeople(bench.names);
    progress('Warm-up');
    await people.make(500, 'due');
    await bench.sendDue();
    const runs: { size: number; milliseconds: number; cpu: number; heap: number }[] = [];
    for (const size of sizes) {
      progress(`Seeding ${size} due leads`);
      await people.make(size, 'due', { progress });
      progress(`${size} texts through cycle, queue and gate`);
      const { stop, peak } = watchHeap();
      const spent = await bench.sendDue();
      stop();
      const sent = bench.requests.counts().twilio;
      if (sent !== size) throw new Error(`${size} texts were due and ${sent} reached Twilio`);
      runs.push({
        size,
        milliseconds: (spent.seconds * 1000) / size,
        cpu: (spent.cpuSeconds * 1000) / size,
        heap: peak(),
      });
    }
    const perText = runs.map(({ milliseconds }) => milliseconds);
    const cpu = runs.map((run) => run.cpu);
    const heap = runs.map((run) => run.heap);
    return [
      ...runs.flatMap((run) => [
        raw(`${run.size} due: time per text`, run.milliseconds, 'ms'),
        raw(`${run.size} due: the functions' CPU time per text`, run.cpu, 'ms'),
        raw(`${run.size} due: most of the heap in use after a collection`, run.heap, 'MiB'),
      ]),
      atMost(
        'time per text, the longest against the shortest',
        Math.max(...perText) / Math.min(...perText),
        'x',
        1.2,
      ),
      raw('CPU time per text, the most against the least', Math.max(...cpu) / Math.min(...cpu), 'x'),
      atMost('heap, the largest run against the smallest', (heap.at(-1) ?? 0) / (heap[0] ?? 1), 'x', 1.2),
    ];
  } finally {
    await bench.close();
  }
}
