import { randomUUID } from 'node:crypto';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ITEMS_PER_PAGE } from '../../lib/consent/scan-registry.ts';
import { type ExportFormat, exportFormats, newExport } from '../../lib/exports/export.ts';
import { createExportStore } from '../../lib/exports/export-store.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { asLambda, context } from '../setup/lambda.ts';
import { type BenchOrganization, nameOf } from './bench-organization.ts';
import { atLeast, atMost, type Figure, raw } from './figure.ts';
import { watchHeap } from './heap.ts';
import type { RegistryCopies } from './registry-copies.ts';
import { startClock } from './spent.ts';

interface Run {
  readonly seconds: number;
  readonly heap: number;
}
export interface ExportRun extends Run {
  readonly of: ExportFormat | 'scan';
  readonly numbers: number;
  readonly events: number;
}

/** Measures exports of the registry, each beside a scan that reads the same items and does nothing with them. */
export async function runExports(
  bench: BenchOrganization,
  registry: RegistryCopies,
  formats: readonly ExportFormat[],
  progress: (line: string) => void,
): Promise<ExportRun[]> {
  const numbers = registry.size();
  const rounds = numbers > 50_000 ? 1 : 3;
  const runs: ExportRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`Round ${round} of ${rounds}: a scan and ${formats.length} exports of ${numbers} numbers`);
    const bare = await measureRun(() => scan(registry));
    progress(`The scan took ${bare.seconds.toFixed(1)} s`);
    runs.push({ of: 'scan', numbers, events: 0, ...bare });
    for (const format of formats) {
      let events = 0;
      const run = await measureRun(async () => {
        events = await runExport(bench, registry, format);
      });
      progress(`The export as ${format} took ${run.seconds.toFixed(1)} s`);
      runs.push({ of: format, numbers, events, ...run });
    }
  }
  return runs;
}

/** @param runs of a small registry and of a large one. */
export function exportFigures(small: readonly ExportRun[], large: readonly ExportRun[]): Figure[] {
  const best = (runs: readonly ExportRun[], of: ExportRun['of']) =>
    Math.min(...runs.filter((run) => run.of === of).map(({ seconds }) => seconds));
  const heap = (runs: readonly ExportRun[], of: ExportRun['of']) =>
    Math.max(...runs.filter((run) => run.of === of).map((run) => run.heap));
  const numbers = large[0]?.numbers ?? 0;
  const scan = best(large, 'scan');
  const formats = exportFormats.filter((format) => large.some(({ of }) => of === format));
  return [
    raw(`scan of ${numbers} numbers that does nothing with them`, numbers / scan, 'numbers/s'),
    ...formats.flatMap((format) => {
      const events = large.find(({ of }) => of === format)?.events ?? 0;
      const seconds = best(large, format);
      return [
        raw(`export of ${numbers} numbers as ${format}`, numbers / seconds, 'numbers/s'),
        raw(`export of ${numbers} numbers as ${format}: events`, events / seconds, 'events/s'),
        atLeast(`export as ${format} against the scan`, scan / seconds, 'x', 0.7),
        raw(`export as ${format}: most of the heap in use`, heap(large, format), 'MiB'),
        atMost(
          `export as ${format}: heap with ${numbers} numbers against ${small[0]?.numbers}`,
          heap(large, format) / heap(small, format),
          'x',
          1.2,
        ),
      ];
    }),
  ];
}

async function measureRun(work: () => Promise<unknown>): Promise<Run> {
  const { stop, peak } = watchHeap();
  const clock = startClock();
  await work();
  const { seconds } = clock();
  stop();
  return { seconds, heap: peak() };
}

/** Reads the table as an export must, with strong consistency: this times the SDK, the wire and the engine. */
async function scan({ client, table }: RegistryCopies): Promise<void> {
  const pages = paginateScan({ client }, { TableName: table, ConsistentRead: true, Limit: ITEMS_PER_PAGE });
  for await (const _page of pages);
}

/** Runs one export. @returns how many events it wrote. @throws Error unless every number was written without a fault. */
async function runExport(
  bench: BenchOrganization,
  registry: RegistryCopies,
  format: ExportFormat,
): Promise<number> {
  const { handler } = await import('../../functions/registry-jobs/handler.ts');
  const work = asLambda<SQSEvent, SQSBatchResponse>(handler);
  const now = () => new Date();
  const table = nameOf(bench.names, ENV.outreachTable);
  const store = createExportStore({ client: registry.client, table, now });
  const started = newExport(randomUUID(), { format }, 'bench', now());
  await store.add(started);
  const body = JSON.stringify({ exportId: started.id });
  const event = { Records: [{ messageId: '1', body, attributes: {} }] } as unknown as SQSEvent;
  await work(event, context(3_600_000));
  const { state, numbers, events, faults } = (await store.get(started.id)) ?? started;
  if (state === 'done' && numbers === registry.size() && faults === 0) return events;
  throw new Error(`The export is ${state}: ${numbers} of ${registry.size()} numbers, ${faults} faults`);
}
