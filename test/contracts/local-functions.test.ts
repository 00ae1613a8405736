import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { scheduleSeconds } from '../../infra/local/schedules.ts';
import { createPool } from '../../infra/local/worker-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'sendgate-functions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function definition(source: string, timeoutSeconds = 5) {
  const modulePath = join(folder, `${Math.random()}.mjs`);
  writeFileSync(modulePath, source);
  const environment = { OWN: 'mine' };
  return {
    modulePath,
    exportName: 'handler',
    functionName: 'f',
    memoryMegabytes: 256,
    timeoutSeconds,
    environment,
  };
}

describe('a local function', () => {
  test('sees its own variables and no others, and the time that is left', async () => {
    const source = `export const handler = async (event, context) => ({
      event, env: process.env, left: context.getRemainingTimeInMillis() });`;
    const pool = await createPool(definition(source), 1, () => {});
    const result = (await pool.invoke({ a: 1 })) as { event: unknown; env: unknown; left: number };
    expect(result.event).toEqual({ a: 1 });
    expect(result.env).toEqual({ OWN: 'mine' });
    expect(result.left).toBeGreaterThan(4000);
    await pool.close();
  });

  test('works on one event at a time per worker, with more workers on demand up to the limit', async () => {
    const source = `let running = 0; let most = 0;
      export async function handler() {
        most = Math.max(most, ++running); await new Promise((r) => setTimeout(r, 100)); running--;
        return { most, id: (await import('node:worker_threads')).threadId };
      }`;
    const pool = await createPool(definition(source), 2, () => {});
    const results = (await Promise.all([1, 2, 3, 4].map((n) => pool.invoke(n)))) as {
      most: number;
      id: number;
    }[];
    expect(results.every(({ most }) => most === 1)).toBe(true);
    expect(new Set(results.map(({ id }) => id)).size).toBe(2);
    await pool.close();
  });

  test('that throws, hangs or ends itself fails its event only', async () => {
    const source = `export async function handler(what) {
      if (what === 'throw') throw new Error('broken');
      if (what === 'hang') await new Promise(() => setInterval(() => {}, 1000));
      if (what === 'exit') process.exit(1);
      return 'fine'; }`;
    const pool = await createPool(definition(source, 0.5), 1, () => {});
    await expect(pool.invoke('throw')).rejects.toThrow('broken');
    await expect(pool.invoke('hang')).rejects.toThrow('timed out after 0.5 s');
    await expect(pool.invoke('exit')).rejects.toThrow('ended its process');
    expect(await pool.invoke('work')).toBe('fine');
    await pool.close();
  });

  test('that cannot be loaded says why at once', async () => {
    const loading = createPool(definition("throw new Error('Environment variables missing')"), 1, () => {});
    await expect(loading).rejects.toThrow('Environment variables missing');
  });
});

describe('a schedule', () => {
  test.each([
    ['rate(1 minute)', { kind: 'drip' }, 10],
    ['rate(5 minutes)', { kind: 'drip' }, 50],
    ['rate(15 minutes)', { sweep: true }, 900],
    ['rate(1 hour)', {}, 3600],
  ])('%s with %j runs every %i seconds when a cycle minute lasts ten', (expression, input, seconds) => {
    expect(scheduleSeconds({ expression, input }, 10)).toBe(seconds);
  });

  test('that is no rate is refused', () => {
    expect(() => scheduleSeconds({ expression: 'cron(0 * * * ? *)', input: {} }, 10)).toThrow('rate');
  });
});
