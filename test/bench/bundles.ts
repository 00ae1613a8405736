import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { BUNDLING, bundleOf, functionEntries, REPLACED, ROOT } from '../../infra/bundling/bundling.ts';
import { ENV } from '../../lib/runtime/env.ts';
import budget from './budget.json' with { type: 'json' };
import { atMost, type Figure, raw } from './figure.ts';

const run = promisify(execFile);
const RUNS = 11;
/** The largest size that each function's bundle may have, in KiB: a little more than it has now. A test holds it. */
export const BUDGET: Readonly<Record<string, number>> = budget;
/** Limits of a bundle's import, in multiples of the CPU time that a bare document client's import takes. */
const LIMITS: Readonly<Record<string, number>> = {
  'send-gate': 1.8,
  'twilio-inbound': 1.4,
  'form-webhook': 1.4,
  'automation-cycle': 1.3,
};
/** The yardstick: a document client bundled without the replacements that our bundles have. */
const YARDSTICK = 'bare document client';
const BARE = `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));`;

/** Bundles every function as the stack does. @returns the bundle's path by the function's name. */
export function bundleFunctions(folder: string): ReadonlyMap<string, string> {
  const names = [...functionEntries().keys()];
  return new Map(
    names.map((name) => {
      const path = join(folder, `${name}.mjs`);
      writeFileSync(path, bundleOf(name));
      return [name, path];
    }),
  );
}

/**
 * Measures each function's bundle size, and the CPU time of its import in a fresh process beside that of a bare document client.
 * It measures CPU time, because other work of the machine hardly changes that.
 */
export async function measureBundles(progress: (line: string) => void): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sendgate-bench-'));
  try {
    progress('Bundling the functions as the stack does');
    const bare = join(ROOT, 'test/bench/.bare.ts');
    writeFileSync(bare, BARE);
    const files = new Map([
      [YARDSTICK, await bundle(bare, folder, 'bare', {})],
      [`${YARDSTICK}, bundled as our functions`, await bundle(bare, folder, 'bare-replaced', REPLACED)],
      ...bundleFunctions(folder),
    ]);
    rmSync(bare);
    const times = new Map([...files.keys()].map((name) => [name, [] as number[]]));
    for (let round = 0; round < RUNS; round++) {
      progress(`Importing each bundle in a process of its own, round ${round + 1} of ${RUNS}`);
      for (const [name, file] of files) times.get(name)?.push(await importMilliseconds(file));
    }
    const base = median(times.get(YARDSTICK) ?? []);
    return [...files].flatMap(([name, file]) => {
      const time = median(times.get(name) ?? []);
      const limit = LIMITS[name];
      const kibibytes = statSync(file).size / 1024;
      const most = BUDGET[name];
      const size = `${name}: bundle`;
      const figures = [
        most === undefined ? raw(size, kibibytes, 'KiB') : atMost(size, kibibytes, 'KiB', most),
        raw(`${name}: CPU time of the import`, time, 'ms'),
      ];
      if (name.startsWith(YARDSTICK)) return figures;
      const ratio = `${name}: import against the bare client`;
      return [
        ...figures,
        limit === undefined ? raw(ratio, time / base, 'x') : atMost(ratio, time / base, 'x', limit),
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(
  entry: string,
  folder: string,
  name: string,
  alias: Record<string, string>,
): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({ ...BUNDLING, alias, entryPoints: [entry], outfile });
  return outfile;
}

const ENVIRONMENT = {
  ...Object.fromEntries(Object.values(ENV).map((name) => [name, 'https://example.com/x'])),
  AWS_REGION: 'us-east-1',
  POWERTOOLS_METRICS_NAMESPACE: 'sendgate',
  POWERTOOLS_SERVICE_NAME: 'bench',
};

async function importMilliseconds(file: string): Promise<number> {
  const script = `const before = process.cpuUsage(); await import(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000)`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env: ENVIRONMENT });
  return Number(stdout.trim().split('\n').at(-1));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
