import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLING, REPLACED } from '../../infra/constructs/sendgate-function.ts';

const ROOT = join(import.meta.dirname, '../..');

export interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Lists the packages whose code is in any function's bundle, as the bundler reports them, in the order of their names. */
export async function bundledPackages(): Promise<Bundled[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: globSync('functions/*/handler.ts', { cwd: ROOT }),
    bundle: true,
    metafile: true,
    write: false,
    outdir: 'bundles',
    platform: 'node',
    format: 'esm',
    target: BUNDLING.target,
    mainFields: [...BUNDLING.mainFields],
    alias: REPLACED,
    logLevel: 'error',
  });
  const folders = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders]
    .map(described)
    .toSorted((a, b) => `${a.name} ${a.version}`.localeCompare(`${b.name} ${b.version}`, 'en'));
}

function described(folder: string): Bundled {
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  return { name, version, licence: license ?? 'none stated' };
}

/** Writes the text of docs/licences.md. */
export function licencesPage(packages: readonly Bundled[]): string {
  const rows = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  return `<!-- Written by \`npm run licences\` from what the bundler puts into the functions. -->

# Licences of deployed packages

The functions' bundles contain code of these packages. Packages that only build, test or run on a developer's machine are not deployed.

| package | version | licence |
| --- | --- | --- |
${rows.join('\n')}
`;
}
