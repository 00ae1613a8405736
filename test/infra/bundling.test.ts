import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleOf, functionEntries } from '../../infra/bundling/bundling.ts';
import { createApp } from '../../infra/create-app.ts';
import { nestedProperty, resourcesOf, type Template } from '../../infra/local/template.ts';

const outdir = mkdtempSync(join(tmpdir(), 'sendgate-bundling-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

test('every function is bundled once, and all organizations are deployed with the same bundles', () => {
  const assembly = createApp({ outdir }).synth();
  const codeOf = (template: Template) =>
    resourcesOf(template, 'AWS::Lambda::Function').map(([, { Code }]) =>
      String(nestedProperty(Code)['S3Key']).replace('.zip', ''),
    );
  const [first = [], ...others] = assembly.stacks.map(({ template }) => codeOf(template as Template));
  const names = [...functionEntries().keys()];
  expect(new Set(first).size).toBe(names.length);
  expect(others.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toEqual(first);
  const assets = readdirSync(outdir).filter((name) => name.startsWith('asset.'));
  expect(assets.toSorted()).toEqual(first.map((hash) => `asset.${hash}`).toSorted());
  const deployed = assets.map((asset) => readFileSync(join(outdir, asset, 'index.mjs'), 'base64')).toSorted();
  expect(deployed).toEqual(names.map((name) => Buffer.from(bundleOf(name)).toString('base64')).toSorted());
}, 180_000);

test('a function that is not there is named', () => {
  expect(() => bundleOf('no-such-function')).toThrow('functions/no-such-function has no handler.ts');
});
