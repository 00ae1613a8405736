import { scanRegistryInGroups } from '../../lib/consent/scan-registry.ts';
import { auditWithRereads } from '../../lib/consent/verify-registry.ts';
import { type Export, objectKeyOf } from '../../lib/exports/export.ts';
import type { ExportJobs } from '../../lib/exports/export-jobs.ts';
import { createLines, headOf } from '../../lib/exports/export-lines.ts';
import type { ExportStore } from '../../lib/exports/export-store.ts';
import type { TableDeps } from '../../lib/runtime/dynamodb.ts';
import type { Upload } from './upload.ts';

export interface ExportDeps {
  readonly consent: TableDeps;
  readonly exports: Pick<ExportStore, 'claim' | 'save' | 'release'>;
  readonly upload: Upload;
  readonly jobs: ExportJobs;
  readonly now: () => Date;
}

export interface Worker {
  /** Unique to this worker. */
  readonly id: string;
  readonly remainingMilliseconds: () => number;
}

/** `handedOn`: the next worker continues; `taken`: the export is finished or gone, or another worker has it. */
export type ExportOutcome = 'done' | 'handedOn' | 'taken' | 'failed';

/**
 * Size of a part. S3 demands at least 5 MiB. Memory holds one part and two pages of the table, however large the registry is.
 */
const PART_BYTES = 8 * 1024 * 1024;
/** The tags of all parts must fit into the export's item. S3 would take 10,000 parts; 5,000 of them are 40 GB. */
const MAXIMUM_PARTS = 5000;
/** A part takes seconds. When less time than this is left, the next worker writes it. */
const PART_RESERVE_MILLISECONDS = 60_000;
const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const;

/**
 * Continues an export where the last worker stopped, until it is done or time runs short (S7).
 *
 * The position is stored after each part. A worker that dies loses only its current part, and no event is in the file twice.
 */
export async function runExport(
  deps: ExportDeps,
  exportId: string,
  { id: worker, remainingMilliseconds }: Worker,
): Promise<ExportOutcome> {
  const until = new Date(deps.now().getTime() + remainingMilliseconds());
  const current = await deps.exports.claim(exportId, worker, until);
  if (!current) return 'taken';
  const key = objectKeyOf(current);
  const uploadId = current.uploadId ?? (await deps.upload.begin(key, CONTENT_TYPES[current.format]));
  const begun = { ...current, uploadId };
  if (!(await deps.exports.save(begun, worker))) return 'taken';
  try {
    return await writeParts(deps, begun, worker, remainingMilliseconds);
  } catch (error) {
    // The upload is gone: it expired, or a worker completed the object and died before it stored that. Start again.
    if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw error;
    const { uploadId: _, position: __, ...rest } = begun;
    const fresh = { ...rest, parts: [], numbers: 0, events: 0, bytes: 0, faults: 0 };
    if (!(await deps.exports.release(fresh, worker))) return 'taken';
    await deps.jobs.enqueue({ exportId });
    return 'handedOn';
  }
}

async function writeParts(
  deps: ExportDeps,
  begun: Export & { readonly uploadId: string },
  worker: string,
  remainingMilliseconds: () => number,
): Promise<ExportOutcome> {
  let current = begun;
  const { uploadId, id: exportId } = begun;
  const key = objectKeyOf(begun);
  for await (const part of partsOf(deps, current)) {
    if (current.parts.length === MAXIMUM_PARTS) {
      const reason = 'The registry is too large for one export. Export one status at a time.';
      return giveUp(deps, current, worker, reason);
    }
    const tag = await deps.upload.part(key, uploadId, current.parts.length + 1, part.body);
    current = { ...current, ...part.progress, parts: [...current.parts, tag] };
    if (part.isLast) break;
    if (remainingMilliseconds() < PART_RESERVE_MILLISECONDS) {
      if (!(await deps.exports.release(current, worker))) return 'taken';
      await deps.jobs.enqueue({ exportId });
      return 'handedOn';
    }
    if (!(await deps.exports.save(current, worker))) return 'taken';
  }
  await deps.upload.complete(key, uploadId, current.parts);
  return (await deps.exports.release({ ...current, state: 'done' }, worker)) ? 'done' : 'taken';
}

/** Marks an export as failed and discards its uploaded parts. */
export async function giveUp(
  { exports, upload }: Pick<ExportDeps, 'exports' | 'upload'>,
  current: Export,
  worker: string,
  reason: string,
): Promise<ExportOutcome> {
  if (current.uploadId) await upload.abort(objectKeyOf(current), current.uploadId);
  return (await exports.release({ ...current, state: 'failed', reason }, worker)) ? 'failed' : 'taken';
}

interface Part {
  readonly body: Buffer;
  readonly progress: Pick<Export, 'numbers' | 'events' | 'bytes' | 'faults' | 'position'>;
  readonly isLast: boolean;
}

/** Reads the rest of an export, in parts. No part ends in the middle of a phone number's lines. */
async function* partsOf({ consent }: ExportDeps, current: Export): AsyncGenerator<Part> {
  const { format, status } = current;
  const lines = createLines(format);
  let isBegun = current.parts.length > 0;
  let { numbers, events, bytes, faults, position } = current;
  let pieces = [Buffer.from(isBegun ? '' : headOf(format))];
  let held = pieces[0]?.length ?? 0;
  function gather(): void {
    const piece = lines.take();
    pieces.push(piece);
    held += piece.length;
  }
  function part(isLast: boolean): Part {
    bytes += held;
    return { body: Buffer.concat(pieces), progress: { numbers, events, bytes, faults, position }, isLast };
  }
  for await (const group of scanRegistryInGroups(consent, position)) {
    for (const scanned of group) {
      const { stored, audit } = await auditWithRereads(consent, scanned);
      // The filter uses the stored status as it is, so that a state that does not parse is still exported.
      if (status === undefined || stored.state?.['status'] === status) {
        lines.add({ number: stored.number, ...audit });
        numbers++;
        events += stored.events.length;
        if (audit.fault) faults++;
      }
      position = scanned.last;
      if (held + lines.size() < PART_BYTES) continue;
      gather();
      yield part(false);
      isBegun = true;
      pieces = [];
      held = 0;
    }
    gather();
  }
  if (held === 0 && isBegun) return;
  // S3 demands at least one part, and no empty one: a file without lines gets a line break.
  if (held === 0) pieces.push(Buffer.from('\n'));
  yield part(true);
}
