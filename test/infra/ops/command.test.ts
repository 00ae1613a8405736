import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { findFreePort } from '../../../infra/local/engines.ts';
import { defineCommand, flag, runCommand, wholeNumber } from '../../../infra/ops/command.ts';
import manifest from '../../../package.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'sendgate-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMMANDS = ['verify', 'redrive', 'backup', 'restore', 'import'] as const;

/** A command as its npm script runs it. */
async function run(name: (typeof COMMANDS)[number], ...args: readonly string[]) {
  const [, script = ''] = manifest.scripts[name].split(' ');
  const env = { ...process.env, SENDGATE_TOKEN: 'a-token', AWS_ENDPOINT_URL_DYNAMODB: undefined };
  const child = spawn(process.execPath, [script, ...args], { env });
  const printed = { out: '', error: '' };
  child.stdout.on('data', (chunk) => (printed.out += String(chunk)));
  child.stderr.on('data', (chunk) => (printed.error += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...printed };
}

describe('the commands of ops have one shape', () => {
  test.each(COMMANDS)('%s has help, and an option that it does not know is no crash', async (name) => {
    const help = await run(name, '--help');
    expect(help).toMatchObject({ code: 0, error: '', out: expect.stringContaining(`npm run ${name} -- `) });
    expect(help.out).toMatch(/^ {2}--\w+/m);
    expect(help.out).toContain('Ends with 0 when all is fine');
    const wrong = await run(name, '--no-such-option', 'x');
    expect(wrong).toMatchObject({ code: 2, out: '', error: expect.stringContaining('--no-such-option') });
    expect(wrong.error).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['backup', [], /Give --organization\. Give --out\. See --help/],
    ['restore', ['--organization', 'acme'], /Give --from\./],
    ['import', ['--url', 'example.com', '--file', 'x.csv'], /--url takes an http\(s\) URL/],
    [
      'backup',
      ['--organization', 'acme', '--out', 'x', '--segments', '0'],
      /--segments takes a whole number/,
    ],
    ['redrive', ['--queue', 'unpublished'], /--queue takes one of priority, bulk/],
    ['verify', ['--region', 'Oregon'], /--region takes a region of AWS/],
  ] as const)('%s %j is refused with the option that is wrong', async (name, args, sentence) => {
    expect(await run(name, ...args)).toMatchObject({ code: 2, error: expect.stringMatching(sentence) });
  });

  test.each([
    ['verify', ['--state', folder], /There is no state in/],
    ['redrive', ['--state', folder], /Nothing runs on/],
    ['backup', ['--organization', 'acme', '--out', join(folder, 'new')], /ECONNREFUSED/],
  ] as const)(
    '%s without what it needs ends with 3 and one sentence',
    async (name, args, sentence) => {
      const nobody = `http://127.0.0.1:${await findFreePort()}`;
      const endpoint = name === 'backup' ? ['--endpoint', nobody] : [];
      const ended = await run(name, ...args, ...endpoint);
      expect(ended).toMatchObject({ code: 3, error: expect.stringMatching(sentence) });
      expect(ended.error).not.toMatch(/^\s+at /m);
    },
    30_000,
  );
});

test('values are checked and typed, with their defaults', async () => {
  const seen: unknown[] = [];
  const command = defineCommand({
    usage: 'try',
    about: '',
    options: {
      many: { takes: 'N', help: '', schema: wholeNumber(1, 9, 4) },
      name: { takes: 'NAME', help: '', schema: z.string().optional() },
      fast: flag(''),
    },
    notes: '',
    run: async ({ many, name, fast }) => {
      seen.push([many + 1, name, fast]);
      return 0;
    },
  });
  await runCommand(command, []);
  await runCommand(command, ['--many', '9', '--name', 'x', '--fast']);
  expect(seen).toEqual([
    [5, undefined, false],
    [10, 'x', true],
  ]);
});
