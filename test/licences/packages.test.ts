import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundledPackages, licencesPage } from './bundled.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
};
const lock = JSON.parse(read('package-lock.json')) as {
  readonly packages: Record<
    string,
    {
      readonly hasInstallScript?: true;
      readonly resolved?: string;
      readonly inBundle?: true;
      readonly integrity?: string;
    }
  >;
};

/** Licences that demand only that their text is included. */
const PERMISSIVE = [
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
];

test('docs/licences.md lists what is deployed, all of it under permissive licences: run npm run licences', async () => {
  const packages = await bundledPackages();
  expect(packages.length).toBeGreaterThan(10);
  expect(read('docs/licences.md')).toBe(licencesPage(packages));
  expect(packages.filter(({ licence }) => !PERMISSIVE.includes(licence))).toEqual([]);
}, 60_000);

test('each package with an install script is named, and only these two may run theirs', () => {
  const withScripts = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(Object.keys(manifest.allowScripts).toSorted()).toEqual([...new Set(withScripts)].toSorted());
  // esbuild installs its program; node downloads the program of its exact version for the machine (docs/security.md).
  const allowed = Object.entries(manifest.allowScripts).filter(([, may]) => may);
  expect(allowed.map(([name]) => name).toSorted()).toEqual(['esbuild', 'node']);
});

test('every version is exact, and every package is checked against its hash and comes from the registry', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const versions = Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  const unchecked = Object.entries(lock.packages).filter(
    ([path, { resolved, integrity, inBundle }]) =>
      path !== '' &&
      !inBundle &&
      // These are Biome's programs for machines that this repository is not built on.
      !path.startsWith('node_modules/@biomejs/cli-') &&
      (!integrity?.startsWith('sha512-') ||
        !(resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/')),
  );
  expect(unchecked.map(([path]) => path)).toEqual([]);
});
