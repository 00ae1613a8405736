import { beforeAll, expect, test } from 'vitest';
import { type ExportDeps, giveUp, runExport } from '../../../functions/registry-jobs/run-export.ts';
import type { Upload } from '../../../functions/registry-jobs/upload.ts';
import { createConsentRegistry } from '../../../lib/consent/registry.ts';
import { type ExportJob, newExport } from '../../../lib/exports/export.ts';
import { createExportStore } from '../../../lib/exports/export-store.ts';
import { createTables, type Tables } from '../../setup/tables.ts';

const MEGABYTE = 1024 * 1024;
const NUMBERS = 60;
const LIFETIME = 300_000;
let tables: Tables;

beforeAll(async () => {
  tables = await createTables();
  const { client, consentTable: table } = tables;
  const registry = createConsentRegistry({ client, table, now: () => new Date() });
  const wordsSent = 'These are the words. '.repeat(15_000);
  for (let index = 0; index < NUMBERS; index++) {
    const evidence = {
      source: 'handset',
      messageSid: `SM${index}`,
      to: '+13035550100',
      wordsSent,
      word: 'ROOF',
      carrierActs: false,
    } as const;
    await registry.record({
      number: `+1303555${String(1000 + index)}`,
      kind: 'handsetKeyword',
      occurredAt: '2026-06-01T00:00:00.000Z',
      sourceId: `sms:${index}`,
      evidence,
    });
  }
});

/** Creates a bucket that, like S3, forgets an upload once it has become an object. */
function createBucket() {
  const uploads = new Map<string, Map<number, Buffer>>();
  const objects = new Map<string, string>();
  const sizes: number[] = [];
  const uploadOf = (id: string) => {
    const found = uploads.get(id);
    if (found) return found;
    throw Object.assign(new Error('The upload is gone'), { name: 'NoSuchUpload' });
  };
  const upload: Upload = {
    begin: async () => {
      const id = `upload-${uploads.size + objects.size + 1}`;
      uploads.set(id, new Map());
      return id;
    },
    part: async (_, id, partNumber, body) => {
      sizes.push(body.length);
      uploadOf(id).set(partNumber, body);
      return `tag-${partNumber}`;
    },
    complete: async (key, id, tags) => {
      const parts = uploadOf(id);
      const bodies = tags.map((_, index) => parts.get(index + 1) ?? Buffer.alloc(0));
      objects.set(key, Buffer.concat(bodies).toString('utf8'));
      uploads.delete(id);
    },
    abort: async (_, id) => {
      uploads.delete(id);
    },
  };
  return { upload, uploads, objects, sizes };
}

let exportCount = 0;

/** Starts an export with a clock of its own, and returns functions that run workers on it. */
async function startExport() {
  const clock = { now: new Date('2026-11-20T12:00:00Z') };
  const now = () => clock.now;
  const { client, consentTable, outreachTable } = tables;
  const exports = createExportStore({ client, table: outreachTable, now });
  const bucket = createBucket();
  const enqueued: ExportJob[] = [];
  const deps: ExportDeps = {
    consent: { client, table: consentTable },
    exports,
    upload: bucket.upload,
    jobs: { enqueue: async (job) => void enqueued.push(job) },
    now,
  };
  const id = `export-${++exportCount}`;
  await exports.add(newExport(id, { format: 'ndjson' }, 'ada', now()));
  let workers = 0;
  const run = (upload: Partial<Upload> = {}) =>
    runExport({ ...deps, upload: { ...bucket.upload, ...upload } }, id, {
      id: `worker-${++workers}`,
      remainingMilliseconds: () => LIFETIME,
    });
  return { id, run, clock, exports, bucket, enqueued, deps };
}

function numbersIn(text: string | undefined): string[] {
  return (text ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: string }).number);
}

test('S7 an export never holds more than a part and one number, however large it is', async () => {
  const { run, bucket } = await startExport();
  expect(await run()).toBe('done');
  expect(bucket.sizes.length).toBeGreaterThan(2);
  for (const size of bucket.sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(5 * MEGABYTE);
  expect(Math.max(...bucket.sizes)).toBeLessThan(8 * MEGABYTE + 400 * 1024);
});

test('S7 a worker that dies costs a part: the next goes on when its time is over, and no event is there twice', async () => {
  const { id, run, clock, bucket, exports } = await startExport();
  let parts = 0;
  const part: Upload['part'] = async (...given) => {
    if (++parts === 2) throw new Error('The worker died');
    return bucket.upload.part(...given);
  };
  await expect(run({ part })).rejects.toThrow('died');
  expect(await exports.get(id)).toMatchObject({ state: 'running', parts: ['tag-1'] });
  // The first worker's time is not over: another delivery of the job must assume that it still runs.
  expect(await run()).toBe('taken');
  clock.now = new Date(clock.now.getTime() + LIFETIME + 1);
  expect(await run()).toBe('done');
  const numbers = numbersIn(bucket.objects.get(`exports/${id}.ndjson`));
  expect(numbers).toHaveLength(NUMBERS);
  expect(new Set(numbers).size).toBe(NUMBERS);
  expect(await exports.get(id)).toMatchObject({ state: 'done', numbers: NUMBERS, events: NUMBERS });
  expect(await run()).toBe('taken');
});

test('S7 a worker that died after completing the object makes the next begin again', async () => {
  const { id, run, clock, bucket, exports, enqueued } = await startExport();
  const complete: Upload['complete'] = async (...given) => {
    await bucket.upload.complete(...given);
    throw new Error('The worker died');
  };
  await expect(run({ complete })).rejects.toThrow('died');
  clock.now = new Date(clock.now.getTime() + LIFETIME + 1);
  expect(await run()).toBe('handedOn');
  expect(enqueued).toEqual([{ exportId: id }]);
  expect(await exports.get(id)).toMatchObject({ state: 'running', numbers: 0, parts: [] });
  expect(await run()).toBe('done');
  expect(numbersIn(bucket.objects.get(`exports/${id}.ndjson`))).toHaveLength(NUMBERS);
});

test('S7 a worker whose time was over writes nothing down over the one that follows it', async () => {
  const { id, run, clock, bucket, exports } = await startExport();
  const part: Upload['part'] = async (...given) => {
    // The first worker is paused until another one has taken over the export and finished it.
    clock.now = new Date(clock.now.getTime() + LIFETIME + 1);
    expect(await run()).toBe('done');
    return `${await bucket.upload.part(...given).catch(() => 'too late')}`;
  };
  expect(await run({ part })).toBe('taken');
  expect(await exports.get(id)).toMatchObject({ state: 'done', numbers: NUMBERS });
});

test('S7 an export that is given up says why and leaves no parts behind', async () => {
  const { id, run, bucket, exports, deps } = await startExport();
  const part: Upload['part'] = async () => Promise.reject(new Error('No'));
  await expect(run({ part })).rejects.toThrow('No');
  const current = await exports.get(id);
  if (!current) throw new Error('The export is gone');
  expect(await giveUp(deps, current, 'worker-1', 'It failed five times.')).toBe('failed');
  expect(bucket.uploads.size).toBe(0);
  expect(await exports.get(id)).toMatchObject({ state: 'failed', reason: 'It failed five times.' });
});
