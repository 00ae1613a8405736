import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { consentOf, newNumber, setUp } from './organization.ts';
import { call, createWorld, type World } from './world.ts';

const TOKEN = 'an-admins-token';
const WORDING = 'I agree, and I know that I can stop, to get texts from Test Windows.';
const HEADER = 'number,date,method,proof,wording';
const folder = mkdtempSync(join(tmpdir(), 'sendgate-import-'));
let world: World;
let server: Server;
let url: string;
/** Statuses that API Gateway answers by itself, one for each request in turn, before the API is called. */
let faults: number[] = [];
/** Bytes and rows of each request that reached the API. */
let requests: { bytes: number; rows: number }[] = [];

beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const fault = faults.shift() ?? (isKnown ? 0 : 401);
    if (fault > 0) {
      response.writeHead(fault, { 'content-type': 'application/json' }).end('{"message":"Unauthorized"}');
      return;
    }
    requests.push({ bytes: Buffer.byteLength(body), rows: body.split('\n').length });
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const claims = { username: 'ada', 'cognito:groups': '[admin]' };
    const headers = { 'content-type': String(request.headers['content-type']) };
    const answer = await call(world.handlers.admin, 'POST', path, { body, headers, query, claims });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  faults = [];
  requests = [];
});
afterAll(async () => {
  server.close().closeAllConnections();
  await world.close();
});

async function command(args: readonly string[], token: string | undefined = TOKEN) {
  const script = join(import.meta.dirname, '../../infra/ops/import/import.ts');
  const env = { ...process.env, SENDGATE_TOKEN: token };
  const child = spawn(process.execPath, [script, '--url', url, ...args], { env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, printed };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const line = (number: string, proof = 'scan 7') =>
  `${number},2026-05-01,on paper,"${proof.replaceAll('"', '""')}","${WORDING}"`;
const resultsOf = (path: string) =>
  parse(readFileSync(path, 'utf8'), { columns: true }) as Record<string, string>[];

test('S6 a large CSV goes in full batches; refused and outranked rows are told with row and reason', async () => {
  const numbers = Array.from({ length: 1200 }, (_, index) => `+1970${2_500_000 + index}`);
  const [stopped = '', , bad = ''] = numbers;
  await world.text(stopped, 'STOP');
  const lines = numbers.map((number) =>
    number === bad ? line('12') : line(number, 'scan 7, "the blue one"'),
  );
  const path = file('large.csv', `\ufeff${HEADER}\r\n${lines.join('\r\n')}\r\n\r\n`);
  const { code, printed } = await command(['--file', path]);
  expect(printed).toContain('1198 recorded');
  expect(code).toBe(1);
  expect(requests.map(({ rows }) => rows).toSorted((a, b) => a - b)).toEqual([1200 - 1000, 1000]);
  expect(resultsOf(`${path}.results.csv`)).toEqual([
    { row: '1', number: stopped, outcome: 'late', reason: expect.stringContaining('opted out later') },
    { row: '3', number: '', outcome: 'invalid', reason: expect.stringContaining('number:') },
  ]);
  const last = numbers.at(-1) ?? '';
  const { json } = await world.admin('GET', `/numbers/${encodeURIComponent(last)}/consent/events`);
  const importId = /Import ([0-9a-f-]{36})/.exec(printed)?.[1];
  expect(json['events']).toMatchObject([
    { evidence: { source: 'import', importId, row: 1200, actor: 'ada', proof: 'scan 7, "the blue one"' } },
  ]);
}, 60_000);

test('S6 X5 an import that broke off goes on where it was, and sent again as a whole it adds nothing', async () => {
  const numbers = Array.from({ length: 30 }, () => newNumber());
  // The words are so long that six rows fill a request.
  const long = 'These are the words. '.repeat(90);
  const proof = 'p'.repeat(400);
  const padding = 'x'.repeat(40_000);
  const rows = numbers.map((number) =>
    JSON.stringify({
      number,
      date: '2026-05-01',
      method: 'on paper',
      proof,
      wording: long.trim(),
      note: padding,
    }),
  );
  const path = file('broken.ndjson', `${rows.join('\n')}\n`);
  faults = [503, 0, 429, 0, 401];
  const broken = await command(['--file', path, '--at-once', '1']);
  expect(broken.code).toBe(3);
  expect(broken.printed).toContain('401');
  expect(broken.printed).toContain('SENDGATE_TOKEN');
  expect(Math.max(...requests.map(({ bytes }) => bytes))).toBeLessThanOrEqual(256 * 1024);
  const from = Number(/--from (\d+)/.exec(broken.printed)?.[1]);
  expect(from).toBe(2 * (requests[0]?.rows ?? 0) + 1);
  expect(await consentOf(world, numbers[from - 2] ?? '')).toMatchObject({ version: 1 });
  expect(await consentOf(world, numbers[from - 1] ?? '')).toMatchObject({ version: 0 });

  const rest = await command(['--file', path, '--from', String(from)]);
  expect(rest.code, rest.printed).toBe(0);
  expect(rest.printed).toContain(`${30 - from + 1} recorded`);
  const again = await command(['--file', path]);
  expect(again.printed).toContain('0 recorded');
  for (const number of numbers) expect(await consentOf(world, number)).toMatchObject({ version: 1 });
}, 60_000);

test('S6 a dry run records nothing, and a file or a token that cannot be used is said at once', async () => {
  const number = newNumber();
  const path = file('dry.csv', `${HEADER}\n${line(number)}\n`);
  const dry = await command(['--file', path, '--dry-run']);
  expect(dry.printed).toContain('1 would be recorded');
  expect(await consentOf(world, number)).toMatchObject({ version: 0 });
  const columns = await command(['--file', file('columns.csv', `number,date\n${number},2026-05-01\n`)]);
  expect(columns).toMatchObject({
    code: 2,
    printed: expect.stringContaining('Missing: method, proof, wording'),
  });
  const quotes = await command(['--file', file('quotes.csv', `${HEADER}\n${line(number)}\n"${number}`)]);
  expect(quotes).toMatchObject({ code: 2, printed: expect.stringContaining('After row 1') });
  const stranger = await command(['--file', path], 'a-strangers-token');
  expect(stranger).toMatchObject({ code: 3, printed: expect.stringContaining('--from 1') });
  expect(stranger.printed).not.toContain('a-strangers-token');
  expect(await command(['--file', path], '')).toMatchObject({ code: 3 });
  faults = [403];
  expect((await command(['--file', path])).printed).toContain('Only admins may import');
}, 60_000);
