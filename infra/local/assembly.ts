import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from './template.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The source files of a synthesized stack. */
const SOURCES = [
  'lib/**/*.ts',
  'functions/**/*.ts',
  'infra/*.ts',
  'infra/{bundling,capabilities,constructs,organizations}/**/*.{ts,cjs}',
];

export interface Assembly {
  readonly template: Template;
  /** Returns the directory of a function's bundle, as the template's metadata names it. */
  bundleOf(logicalId: string): string;
}

/**
 * Synthesizes one organization's stack with the bundles that would be deployed.
 *
 * @param outdir directory of the cloud assembly; an assembly of the same sources is used again.
 * @param progress takes the name of each function as it is bundled.
 */
export async function synthesizeStack(
  organization: string,
  outdir: string,
  progress: (line: string) => void,
): Promise<Assembly> {
  const stack = `sendgate-${organization}`;
  const file = join(outdir, `${stack}.template.json`);
  const stamp = join(outdir, 'sources.sha256');
  const sources = hashOfSources();
  if (!existsSync(file) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) {
    rmSync(outdir, { recursive: true, force: true });
    await runApp(organization, outdir, progress);
    writeFileSync(stamp, sources);
  }
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  return {
    template,
    bundleOf: (logicalId) => {
      const path = template.Resources[logicalId]?.Metadata?.['aws:asset:path'];
      if (typeof path !== 'string') throw new Error(`The assembly has no bundle of ${logicalId}`);
      return join(outdir, path);
    },
  };
}

/** Runs the CDK app as the CDK's own command line does. @throws Error with the app's output when it fails. */
async function runApp(organization: string, outdir: string, progress: (line: string) => void): Promise<void> {
  const context = { organization, 'aws:cdk:enable-asset-metadata': true };
  const child = spawn(process.execPath, ['infra/app.ts'], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const bundled = /Bundling asset [^/]+\/([^/]+)\//.exec(chunk.toString())?.[1];
      if (bundled) progress(bundled);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`The stack cannot be synthesized:\n${printed.slice(-4000)}`);
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: ROOT }).sort();
  for (const file of ['package-lock.json', ...files]) {
    hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}
