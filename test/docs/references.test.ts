import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { promisesIn } from '../promises/page.ts';
import { citedPaths, citedSections, headingsOf, linksIn, proseOf, scriptsIn } from './citations.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const pages = globSync(['*.md', '{docs,functions,infra,lib,test}/**/*.md'], { cwd: ROOT });
const sources = globSync(['*.ts', '{functions,infra,lib,test}/**/*.{ts,cjs}'], { cwd: ROOT });
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));

/** Files that a command writes. */
const generated = [...read('.gitattributes').matchAll(/^(\S+) +linguist-generated/gm)].map(
  ([, path = '']) => path,
);

/** What people read in each file: a page whole, code by its comments. */
const prose = new Map([...pages, ...sources].map((path) => [path, proseOf(path, read(path))]));

/** Collects `file: fault` over every file's prose. */
function faults(find: (text: string, path: string) => readonly string[]): string[] {
  return [...prose].flatMap(([path, text]) => find(text, path).map((fault) => `${path}: ${fault}`));
}

function exists(cited: string): boolean {
  if (/[*{]/.test(cited)) return globSync(cited, { cwd: ROOT }).length > 0;
  return existsSync(join(ROOT, cited));
}

test('every file and folder that comments and pages cite exists', () => {
  expect(faults((text) => citedPaths(text).filter((cited) => !exists(cited)))).toEqual([]);
});

test('every file that a README names is in its folder', () => {
  const missing = pages
    .filter((path) => /^(functions|infra)\/.*README\.md$/.test(path))
    .flatMap((path) =>
      [...read(path).matchAll(/`([\w*-]+(?:\/[\w*-]+)*\.(?:ts|cjs))`/g)]
        .map(([, name = '']) => name)
        .filter((name) => !/^(lib|functions|infra|test)\//.test(name) && !exists(join(dirname(path), name)))
        .map((name) => `${path}: ${name}`),
    );
  expect(missing).toEqual([]);
});

test('every section that comments, messages and pages cite is a heading of its page', () => {
  const cited = [...pages, ...sources].flatMap((path) =>
    citedSections(read(path)).map((section) => ({ path, ...section })),
  );
  expect(cited.length).toBeGreaterThan(10);
  const missing = cited.filter(
    ({ page, title }) => !exists(page) || !headingsOf(read(page)).titles.has(title),
  );
  expect(missing).toEqual([]);
});

test('every relative link leads to a file, and every anchor to a heading', () => {
  const broken = pages.flatMap((path) =>
    linksIn(read(path))
      .filter(({ target, anchor }) => {
        const file = target === '' ? path : join(dirname(path), target);
        if (!existsSync(join(ROOT, file))) return true;
        return anchor !== undefined && !headingsOf(read(file)).anchors.has(anchor);
      })
      .map(({ target, anchor }) => `${path}: ${target}${anchor === undefined ? '' : `#${anchor}`}`),
  );
  expect(broken).toEqual([]);
});

test('every decision that is cited by its number is there', () => {
  const numbers = new Set(
    globSync('docs/decisions/[0-9]*.md', { cwd: ROOT }).map((path) => path.slice(15, 18)),
  );
  const missing = faults((text) =>
    [...text.matchAll(/\bdecisions? (\d{3})(?: and (\d{3}))?/gi)]
      .flatMap(([, one = '', other]) => (other === undefined ? [one] : [one, other]))
      .filter((number) => !numbers.has(number)),
  );
  expect(missing).toEqual([]);
});

test('every decision has its line in the index, and its three parts', () => {
  const index = read('docs/decisions/README.md');
  for (const path of globSync('docs/decisions/[0-9]*.md', { cwd: ROOT })) {
    const [, number, title] = /^# (\d{3}) (.+)$/m.exec(read(path)) ?? [];
    expect(index, path).toContain(`[${number} ${title}](${path.slice('docs/decisions/'.length)})`);
    const parts = [...read(path).matchAll(/^\*\*(What|Why|Consequences)\.\*\* /gm)].map(([, part]) => part);
    expect(parts, path).toEqual(['What', 'Why', 'Consequences']);
  }
});

test('pages and comments name only npm scripts that exist, and the README names each of them', () => {
  expect(faults((text) => scriptsIn(text).filter((name) => scripts[name] === undefined))).toEqual([]);
  const named = new Set(scriptsIn(read('README.md')));
  expect(Object.keys(scripts).filter((name) => !named.has(name))).toEqual([]);
});

test('promises that comments and pages name are listed', () => {
  const listed = new Set(promisesIn(read('docs/promises.md')).map(({ id }) => id));
  const unlisted = faults((text) =>
    [...text.matchAll(/\(((?:[HSCTBXUOF]\d{1,2}(?:, | and )?)+)\)/g)]
      .flatMap(([, ids = '']) => ids.split(/, | and /))
      .filter((id) => !listed.has(id)),
  );
  expect(unlisted).toEqual([]);
});

test('no page that is not in this repository is cited', () => {
  const names = ['DESIGN', 'PRODUCT', 'FACTS'].join('|');
  expect(faults((text) => text.match(new RegExp(`\\b(${names})\\b`, 'g')) ?? [])).toEqual([]);
});

test('pages that people write use plain words: docs/glossary.md says what to say instead', () => {
  const riddles = /\b(whoever|whatever|anew|what stands|what became)\b|\boutbox\b|\berrands?\b/gi;
  const written = pages.filter((path) => path !== 'docs/glossary.md' && !generated.includes(path));
  expect(
    written.flatMap((path) => (read(path).match(riddles) ?? []).map((word) => `${path}: ${word}`)),
  ).toEqual([]);
});

test('the README keeps to 150 lines, and has the two commands as they were', () => {
  const readme = read('README.md');
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  expect(readme).toMatch(/^npm ci && npm start\b/m);
  expect(readme).toMatch(/^npm ci && npm test\b/m);
});

test('every generated file is marked, and names the command that writes it', () => {
  expect(generated.length).toBeGreaterThan(5);
  for (const path of generated) {
    expect(existsSync(join(ROOT, path)), path).toBe(true);
    if (path.endsWith('.json')) continue;
    const [command = ''] = scriptsIn(read(path).split('\n').slice(0, 5).join('\n'));
    expect(Object.keys(scripts), path).toContain(command);
  }
});
