import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { provisionResources } from '../../infra/local/provision.ts';
import { checkStill } from '../../infra/ops/backup/check-backup.ts';
import { standbyTemplate } from '../../infra/ops/backup/local-tables.ts';
import { readManifest } from '../../infra/ops/backup/manifest.ts';
import { consentOf, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

const NEW_STACK = `new-${process.pid}-${Date.now()}-`;
/** Characters that a text can contain and that a careless reader takes for the end of a line. */
const ODD_WORDS = 'Two lines\u2028in one, and a \u0085 and "quotes"';
const texted = newNumber();
const stopped = newNumber();
const waiting = newNumber();
const due = newNumber();
const everybody = [texted, stopped, waiting, due];

let folder: string;
let old: World;
let eventsBefore: KnownEvents[];
let textsBefore: Record<string, string[]>;

/** The consent events that an organization has of a number. */
type KnownEvents = Awaited<ReturnType<typeof readEvents>>;
async function readEvents(world: World, number: string) {
  const path = encodeURIComponent(number);
  const json = async (url: string) => (await world.admin('GET', url)).json;
  const { leads } = (await json(`/leads?number=${path}`)) as { leads: { id: string }[] };
  return {
    consent: await consentOf(world, number),
    events: await json(`/numbers/${path}/consent/events`),
    messages: await json(`/numbers/${path}/messages`),
    leads: await Promise.all(leads.map(({ id }) => json(`/leads/${id}`))),
  };
}

const prefixOf = ({ tables }: World) => tables.consentTable.replace(/-consent$/, '');
const newPrefix = `${NEW_STACK}sendgate-demo`;

/** Runs `npm run backup` or `npm run restore`. */
async function run(
  command: 'backup' | 'restore',
  ...args: string[]
): Promise<{ code: number | null; said: string }> {
  const script = `infra/ops/backup/${command}.ts`;
  const organization = ['--organization', 'acme', '--endpoint', inject('endpoints').dynamodb];
  const child = spawn(process.execPath, [script, ...organization, ...args]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said };
}

const backUp = (world: World, name: string) =>
  run('backup', '--prefix', prefixOf(world), '--out', join(folder, name));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sendgate-backup-'));
  old = await createWorld();
  await setUp(old);
  await old.submit('contact', submission(texted));
  await old.submit('contact', submission(stopped));
  await old.submit('quote', submission(waiting));
  await old.runCycle();
  await old.text(texted, ODD_WORDS);
  await old.text(stopped, 'STOP');
  await old.submit('contact', submission(due));
  await old.followChanges();
});
afterAll(async () => {
  await old.close();
  await rm(folder, { recursive: true });
});

test('a backup of an organization that goes on texting is refused, since what left since would leave again', async () => {
  const { code, said } = await backUp(old, 'running');
  expect(code, said).toBe(0);
  expect(said).toMatch(/was texting meanwhile/);
  const answer = await run('restore', '--prefix', newPrefix, '--from', join(folder, 'running'));
  expect(answer).toMatchObject({ code: 1, said: expect.stringMatching(/would leave again/) });
});

test('X2 a backup of an organization that stands still is whole, and readable by its owner alone', async () => {
  await old.admin('PATCH', '/settings', { a2pVerified: false });
  await old.runCycle();
  eventsBefore = await Promise.all(everybody.map((number) => readEvents(old, number)));
  textsBefore = Object.fromEntries(everybody.map((number) => [number, old.textsTo(number)]));
  expect(everybody.map((number) => textsBefore[number]?.length)).toEqual([1, 1, 0, 0]);
  const { code, said } = await backUp(old, 'whole');
  expect(code, said).toBe(0);
  const files = await readdir(join(folder, 'whole'));
  expect(files).toHaveLength(13);
  for (const file of files) {
    expect((await stat(join(folder, 'whole', file))).mode & 0o077, file).toBe(0);
  }
});

test('X5 texts that Twilio may have taken are restored only where Twilio can be asked about them', async () => {
  const manifest = await readManifest(join(folder, 'whole'));
  expect(manifest).toMatchObject({ stopped: true, claimed: 0 });
  const inDoubt = { ...manifest, claimed: 2 };
  expect(() => checkStill(inDoubt, { running: true, sameTwilio: false })).toThrow(/2 texts had been handed/);
  expect(() => checkStill(inDoubt, { running: false, sameTwilio: true })).not.toThrow();
});

test('a backup never goes over another one', async () => {
  const before = await readFile(join(folder, 'whole', 'manifest.json'), 'utf8');
  expect(await backUp(old, 'whole')).toMatchObject({
    code: 2,
    said: expect.stringMatching(/holds something already/),
  });
  expect(await readFile(join(folder, 'whole', 'manifest.json'), 'utf8')).toBe(before);
});

test('nothing is restored into tables that hold something or whose changes are followed', async () => {
  const args = ['--from', join(folder, 'whole')];
  expect(await run('restore', '--prefix', prefixOf(old), ...args)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/changes of .* are followed/),
  });
  const unfollowed = await provisionResources(standbyTemplate(), inject('endpoints'), {
    namePrefix: `taken-${NEW_STACK}`,
  });
  expect([...unfollowed.values()].filter(({ streamArn }) => streamArn)).toEqual([]);
  const { client } = old.tables;
  await client.send(
    new PutCommand({ TableName: `taken-${newPrefix}-consent`, Item: { pk: 'NUMBER#+1', sk: 'STATE' } }),
  );
  expect(await run('restore', '--prefix', `taken-${newPrefix}`, ...args)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/holds something already/),
  });
});

test('X2 a backup that was altered by a byte, or lacks a file, is refused before anything is written', async () => {
  const altered = join(folder, 'altered');
  expect(await backUp(old, 'altered')).toMatchObject({ code: 0 });
  const [file = ''] = (await readdir(altered)).filter((name) => name.startsWith('consent'));
  const good = await readFile(join(altered, file));
  await appendFile(join(altered, file), ' ');
  const args = ['--prefix', newPrefix, '--from', altered];
  expect(await run('restore', ...args)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/altered or cut off/),
  });
  await rm(join(altered, file));
  expect(await run('restore', ...args)).toMatchObject({ code: 1, said: expect.stringMatching(/not whole/) });
  await writeFile(join(altered, file), good);
  await rm(join(altered, 'manifest.json'));
  expect(await run('restore', ...args)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/no finished backup/),
  });
});

test('X2 X5 a restored organization knows what the old one knew, texts nobody twice, and goes on where it stood', async () => {
  await provisionResources(standbyTemplate(), inject('endpoints'), { namePrefix: NEW_STACK });
  const args = ['--prefix', newPrefix, '--from', join(folder, 'whole')];
  const restored = await run('restore', ...args);
  expect(restored.code, restored.said).toBe(0);
  expect(restored.said).toMatch(/All holds: \d+ events of 3 numbers/);
  expect(await run('restore', ...args)).toMatchObject({ code: 1, said: expect.stringMatching(/--again/) });
  expect(await run('restore', ...args, '--again')).toMatchObject({ code: 0 });

  // The stack is deployed again without standby: its changes are followed from now on. The old stack is gone.
  vi.resetModules();
  const fresh = await import('./world.ts');
  const world = (await fresh.createWorld({}, NEW_STACK)) as World;
  try {
    expect(await Promise.all(everybody.map((number) => readEvents(world, number)))).toEqual(eventsBefore);
    const all = () => Object.fromEntries(everybody.map((number) => [number, world.textsTo(number)]));
    const nobody = Object.fromEntries(everybody.map((number) => [number, []]));
    for (let cycle = 0; cycle < 3; cycle++) await world.runCycle();
    await world.handlers.cycle({ sweep: true }, fresh.context());
    await world.drainLanes();
    await world.publishEvents();
    expect(all()).toEqual(nobody);
    expect(world.eventBridge.events()).toEqual([]);

    await world.admin('PATCH', '/settings', { a2pVerified: true });
    for (let cycle = 0; cycle < 3; cycle++) await world.runCycle();
    // Texts that had left do not leave again, texts that waited for consent still wait, and due texts leave.
    expect(all()).toEqual({ ...nobody, [due]: [expect.stringContaining('thanks for asking')] });
    await world.text(waiting, 'START');
    await world.runCycle();
    await world.runCycle();
    expect(all()[waiting]).toHaveLength(1);
    expect(all()[texted]).toEqual([]);
    expect(all()[stopped]).toEqual([]);
  } finally {
    await world.close();
  }
});
