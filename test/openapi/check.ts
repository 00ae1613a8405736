import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pc from 'picocolors';

/**
 * Checks that clients can be made from docs/openapi.json: redocly has nothing to say about it, openapi-typescript makes types
 * of it, and client.ts compiles against them. Prints what failed and exits with 1.
 *
 * The tools are installed beside the project and never in it: openapi-typescript wants TypeScript 5.
 */
const TOOLS = {
  '@redocly/cli': '2.77.0',
  'openapi-fetch': '0.17.0',
  'openapi-typescript': '7.13.0',
  typescript: '5.9.3',
};
const TIMEOUT_MILLISECONDS = 120_000;
const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.test-run/openapi');
const DESCRIPTION = join(ROOT, 'docs/openapi.json');
const run = promisify(execFile);

async function install(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const wanted = JSON.stringify({ private: true, type: 'module', dependencies: TOOLS });
  const manifest = join(FOLDER, 'package.json');
  const isInstalled = existsSync(join(FOLDER, 'node_modules/.package-lock.json'));
  if (isInstalled && readFileSync(manifest, 'utf8') === wanted) return;
  writeFileSync(manifest, wanted);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
  await run(npm, ['install', '--prefix', FOLDER, ...quiet], { cwd: FOLDER, timeout: TIMEOUT_MILLISECONDS });
}

async function lint(): Promise<void> {
  const config = join(import.meta.dirname, 'redocly.yaml');
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { stdout } = await tool(
    '@redocly/cli/bin/cli.js',
    ['lint', '--format=json', '--config', config, DESCRIPTION],
    env,
  ).catch((error: { stdout?: string }) => {
    // It exits with 1 for an error, and says which where it says everything.
    if (error.stdout?.startsWith('{')) return { stdout: error.stdout };
    throw error;
  });
  const { problems } = JSON.parse(stdout) as { problems: Finding[] };
  const lines = problems.map(
    ({ severity, ruleId, message, location }) =>
      `${severity} ${ruleId} at ${location[0]?.pointer ?? '#'}: ${message}`,
  );
  if (lines.length > 0) throw new Error(lines.join('\n'));
}

interface Finding {
  readonly severity: string;
  readonly ruleId: string;
  readonly message: string;
  readonly location: readonly { readonly pointer?: string }[];
}

async function generate(): Promise<void> {
  // With a default a field may be left out of a request; in an answer it is required by itself.
  const options = ['--default-non-nullable=false', '--output', join(FOLDER, 'api.ts')];
  await tool('openapi-typescript/bin/cli.js', [DESCRIPTION, ...options]);
}

async function compile(): Promise<void> {
  copyFileSync(join(import.meta.dirname, 'client.ts'), join(FOLDER, 'client.ts'));
  const project = join(FOLDER, 'tsconfig.json');
  const config = { extends: join(ROOT, 'tsconfig.json'), include: ['client.ts'], exclude: [] };
  writeFileSync(project, JSON.stringify(config));
  await node(join(ROOT, 'node_modules/typescript/bin/tsc'), ['--project', project]);
}

function tool(program: string, parameters: readonly string[], env = process.env) {
  return node(join(FOLDER, 'node_modules', program), parameters, env);
}

function node(program: string, parameters: readonly string[], env = process.env) {
  const limits = { timeout: TIMEOUT_MILLISECONDS, maxBuffer: 64 * 1024 * 1024 };
  return run(process.execPath, [program, ...parameters], { cwd: FOLDER, env, ...limits });
}

const STEPS = {
  'tools installed': install,
  'redocly lint': lint,
  'types generated': generate,
  'client compiled': compile,
};

async function check(): Promise<boolean> {
  for (const [name, step] of Object.entries(STEPS)) {
    const start = performance.now();
    try {
      await step();
    } catch (error) {
      const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
      console.error(`${pc.red('FAILED')}  ${name}\n${[stdout, stderr].join('').trim() || message}`);
      return false;
    }
    console.log(`${pc.green('ok')}      ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  }
  return true;
}

process.exitCode = (await check()) ? 0 : 1;
