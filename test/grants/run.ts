import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../infra/create-app.ts';
import type { Template } from '../../infra/local/template.ts';
import { readRun } from '../promises/report.ts';
import { USAGE_PATH } from '../setup/usage.ts';
import { findDifferences, parseUsedLine } from './compare.ts';
import { grantsIn } from './granted.ts';
import { usedByThePlatform } from './platform.ts';

/** Compares what the functions of the synthesized stack may do with what they did in the last whole run of the tests. */
function check(): string[] {
  readRun();
  if (!existsSync(USAGE_PATH)) return ['The last run recorded no use of AWS. Run npm test first.'];
  const outdir = mkdtempSync(join(tmpdir(), 'sendgate-grants-'));
  const app = createApp({ only: ['demo'], outdir, bundling: false });
  const template = app.synth().getStackByName('sendgate-demo').template as Template;
  rmSync(outdir, { recursive: true, force: true });
  const used = readFileSync(USAGE_PATH, 'utf8').trim().split('\n').map(parseUsedLine);
  return findDifferences(grantsIn(template), [...used, ...usedByThePlatform(template, used)]);
}

const problems = check();
for (const problem of problems) process.stdout.write(`${problem}\n`);
const verdict = problems.length === 0 ? 'what is granted is what is used' : `${problems.length} differences`;
process.stdout.write(`Grants: ${verdict}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
