import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { logger } from '../../lib/telemetry/telemetry.ts';
import { AUTH_TOKEN } from '../setup/secrets.ts';
import { leaksIn } from './leaks.ts';
import { OUTPUT_PATH } from './scan.ts';

const MARK = `mark-${process.pid}-${Date.now().toString(36)}`;
const logged = () =>
  readFileSync(OUTPUT_PATH, 'utf8')
    .split('\n')
    .filter((line) => line.includes(MARK));
afterAll(() => logger.resetKeys());

test('what functions log is captured, and every line of it is scanned at the end of a run', () => {
  logger.info('A line', { mark: MARK });
  expect(logged()).toHaveLength(1);
  expect(JSON.parse(logged()[0] ?? '')).toMatchObject({ level: 'INFO', message: 'A line', mark: MARK });
});

test('line breaks and quotes of a stranger stay inside one line of JSON', () => {
  const hostile = 'x"}\n{"level":"ERROR","message":"forged"}\r\n\u2028';
  logger.info('Another line', { mark: MARK, hostile });
  const [, line = ''] = logged();
  expect(JSON.parse(line)).toMatchObject({ message: 'Another line', hostile });
  expect(readFileSync(OUTPUT_PATH, 'utf8')).not.toMatch(/^\{"level":"ERROR","message":"forged"/m);
});

test.each([
  ['{"message":"Texted +13035550142"}', 'a phone number'],
  ['{"path":"/numbers/%2B13035550142/consent"}', 'a phone number'],
  ['{"id":"fields 3035550142"}', 'a phone number'],
  ['{"message":"(303) 555-0142 called"}', 'a phone number'],
  [`{"token":"${AUTH_TOKEN}"}`, 'a secret of the organization'],
  ['-----BEGIN PRIVATE KEY-----', 'a private key'],
  ['{"authorization":"Bearer eyJhbGciOi.eyJpc3MiOi.x"}', 'a token'],
  ['{"body":"Hi Dana, thanks for asking"}', 'the body of a text'],
])('a line such as %s is found', (line, what) => {
  expect(leaksIn(`{"level":"INFO"}\n${line}\n`)).toContain(`${what}: ${line}`);
});

test('times, ids and hashes are no phone numbers', () => {
  const line = JSON.stringify({
    timestamp: '2026-11-25T00:28:20.123Z',
    Timestamp: 1_795_566_500_123,
    id: '3f0d1c52-7b1a-4c55-9d11-303555014277',
    sid: `SM${'0'.repeat(24)}30355501`,
    hash: 'a'.repeat(8) + '3035550142'.repeat(2) + 'b'.repeat(8),
  });
  expect(leaksIn(line)).toEqual([]);
});
