import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

export const ROOT = join(import.meta.dirname, '../..');

const UNUSED = join(import.meta.dirname, 'unused-package.cjs');
const NODE_HTTP = join(import.meta.dirname, 'node-http.cjs');
const NATIVE_FETCH = join(import.meta.dirname, 'native-fetch.cjs');

/**
 * Maps packages of Twilio's client whose features are not used (its own HTTP client, public-key signatures, uploads, proxies) to
 * a class that throws if it is ever reached.
 */
export const LEFT_OUT = {
  axios: UNUSED,
  'form-data': UNUSED,
  'https-proxy-agent': UNUSED,
  jsonwebtoken: UNUSED,
  qs: UNUSED,
};

/** Maps every module that bundles replace. An ECMAScript import of node:http loads unused code (node-http.cjs, decision 040). */
export const REPLACED = { ...LEFT_OUT, undici: NATIVE_FETCH, http: NODE_HTTP, 'node:http': NODE_HTTP };

/**
 * Configures how esbuild bundles a function. Each function carries the SDK that it was tested with. A bundle of the used parts
 * starts faster than the runtime's copy.
 */
export const BUNDLING = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'],
  alias: REPLACED,
  // Packages that are CommonJS inside an ESM bundle still call require for Node's own modules.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'error',
} satisfies BuildOptions;

/** Finds the entry point of each function. @returns the file by the function's name. */
export function functionEntries(): ReadonlyMap<string, string> {
  const files = globSync('functions/*/handler.ts', { cwd: ROOT }).toSorted();
  return new Map(files.map((file) => [basename(dirname(file)), file]));
}

let bundles: ReadonlyMap<string, Uint8Array> | undefined;

/**
 * Returns the bundle of a function. The first call bundles all functions at once, so that esbuild reads shared code one time. All
 * stacks of this process use the same bundles.
 *
 * @throws Error when `functions/` has no function of this name; esbuild's error for code that cannot be bundled.
 */
export function bundleOf(name: string): Uint8Array {
  bundles ??= bundleAll();
  const bundle = bundles.get(name);
  if (!bundle) throw new Error(`functions/${name} has no handler.ts`);
  return bundle;
}

function bundleAll(): ReadonlyMap<string, Uint8Array> {
  const entryPoints = Object.fromEntries(functionEntries());
  const { outputFiles } = buildSync({ ...BUNDLING, entryPoints, outdir: 'bundles', write: false });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path, '.js'), contents]));
}
