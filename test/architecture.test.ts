import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

interface Source {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly code: string;
  readonly imports: readonly { readonly target: string; readonly typeOnly: boolean }[];
}

/** Finds what a file imports: packages by name, files of ours by their path from the root. */
function importsOf(path: string, code: string): Source['imports'] {
  const statements = code.matchAll(
    /^\s*(import|export)\s(type\s)?[^'";]*?from\s+'([^']+)'|import\s*\(?\s*'([^']+)'/gm,
  );
  return [...statements].map(([, , type, from, bare]) => {
    const name = from ?? bare ?? '';
    const target = name.startsWith('.') ? join(dirname(path), name) : name;
    return { target, typeOnly: type !== undefined };
  });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function sourcesIn(folder: string): Source[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(folder, name);
      const code = withoutComments(readFileSync(join(ROOT, path), 'utf8'));
      return { path, code, imports: importsOf(path, code) };
    });
}

const lib = sourcesIn('lib');
const functions = sourcesIn('functions');
const infra = sourcesIn('infra');
const ours = [...lib, ...functions, ...infra];

/** What runs on somebody's machine and is never deployed. */
const isTool = (path: string) => /^infra\/(local|ops|write)\//.test(path);

const folderOf = (path: string) => path.split('/').slice(0, 2).join('/');

/** Lists every `file: what it should not have` of some sources. */
function offences(sources: readonly Source[], forbidden: (source: Source) => readonly string[]): string[] {
  return sources.flatMap((source) => forbidden(source).map((what) => `${source.path}: ${what}`));
}

function importing(isForbidden: (target: string, source: Source) => boolean) {
  return (source: Source) =>
    source.imports.map(({ target }) => target).filter((target) => isForbidden(target, source));
}

/** Folders of lib, the ground floor first: the picture of the architecture (docs/design.md). */
const FLOORS: readonly (readonly string[])[] = [
  ['runtime', 'phone'],
  ['tables', 'revocation'],
  ['messaging', 'leads', 'jobs'],
  ['consent', 'conversations', 'organization', 'drift'],
  ['single-texts', 'events', 'exports'],
  ['automation'],
  ['gate', 'forms'],
  ['campaigns', 'telemetry', 'configuration'],
  ['http', 'lambda'],
  ['crm', 'sender'],
  ['intake'],
];

describe('imports point one way', () => {
  it('the reader of imports sees them', () => {
    const handler = functions.find(({ path }) => path === 'functions/send-gate/handler.ts');
    expect(handler?.imports.map(({ target }) => target)).toContain('lib/runtime/env.ts');
  });

  it('lib knows neither functions nor infra, neither Lambda events nor CDK', () => {
    const forbidden =
      /^(functions|infra|test)\/|^(@types\/)?aws-lambda$|^aws-cdk|^cdk-nag|^constructs$|^vitest$/;
    expect(
      offences(
        lib,
        importing((target) => forbidden.test(target)),
      ),
    ).toEqual([]);
  });

  it('folders of lib import downwards only', () => {
    const floorOf = (path: string) => FLOORS.findIndex((floor) => floor.includes(path.split('/')[1] ?? ''));
    const upwards = importing(
      (target, { path }) =>
        target.startsWith('lib/') && folderOf(target) !== folderOf(path) && floorOf(target) >= floorOf(path),
    );
    expect(offences(lib, upwards)).toEqual([]);
    const folders = readdirSync(join(ROOT, 'lib'));
    expect(folders.filter((folder) => !FLOORS.flat().includes(folder))).toEqual([]);
  });

  it('a function knows lib and its own folder', () => {
    const isForeign = (target: string, { path }: Source) =>
      /^(infra|test)\//.test(target) ||
      /^aws-cdk|^constructs$/.test(target) ||
      (target.startsWith('functions/') && folderOf(target) !== folderOf(path));
    expect(offences(functions, importing(isForeign))).toEqual([]);
  });

  it('nothing imports functions but tests, and what writes the API’s description from its routes', () => {
    const others = infra.filter(({ path }) => path !== 'infra/write/openapi.ts');
    expect(
      offences(
        others,
        importing((target) => target.startsWith('functions/') || target.startsWith('test/')),
      ),
    ).toEqual([]);
  });

  it('handlers take middy itself, and only lib/lambda makes middlewares of it', () => {
    const middyUsers = ours.filter(({ imports }) => imports.some(({ target }) => target === '@middy/core'));
    const others = middyUsers.map(({ path }) => path).filter((path) => !path.startsWith('lib/lambda/'));
    const handlers = functions.map(({ path }) => path).filter((path) => path.endsWith('/handler.ts'));
    expect(others.toSorted()).toEqual(handlers.toSorted());
    for (const { path, code } of middyUsers.filter(({ path }) => path.endsWith('/handler.ts'))) {
      expect(code, path).toContain("import middy from '@middy/core'");
      expect(code, path).not.toMatch(/MiddlewareObj|\.(before|after|onError)\(/);
      // Lambda ends an invocation that is out of time; middy's own time-out would leave its work running.
      expect(code, path).not.toMatch(/\bmiddy(<[^>]*>)?\((?!EDGE\))/);
    }
  });

  it('what is deployed never contains what only runs locally', () => {
    const deployed = ours.filter(({ path }) => !isTool(path) && path !== 'infra/app.ts');
    expect(
      offences(
        deployed,
        importing((target) => target.startsWith('infra/local/')),
      ),
    ).toEqual([]);
  });

  it('no file imports itself by way of others', () => {
    const graph = new Map(
      ours.map(({ path, imports }) => [path, imports.filter((i) => !i.typeOnly).map((i) => i.target)]),
    );
    const finished = new Set<string>();
    function cycleFrom(path: string, above: readonly string[]): readonly string[] | undefined {
      if (above.includes(path)) return [...above.slice(above.indexOf(path)), path];
      if (finished.has(path)) return undefined;
      for (const next of graph.get(path) ?? []) {
        const cycle = cycleFrom(next, [...above, path]);
        if (cycle) return cycle;
      }
      finished.add(path);
      return undefined;
    }
    const cycles = [...graph.keys()].map((path) => cycleFrom(path, [])?.join(' > '));
    expect(cycles.filter((cycle) => cycle !== undefined)).toEqual([]);
  });
});

describe('one file per stored thing', () => {
  /** The files that may spell each kind of key. */
  const keys: readonly { readonly spelled: RegExp; readonly by: readonly string[] }[] = [
    { spelled: /['`](EVENT|SOURCE|KEYWORD)#|'STATE'/, by: ['lib/consent/consent-items.ts'] },
    {
      spelled: /['`]NUMBER#/,
      by: [
        'lib/consent/consent-items.ts',
        'lib/conversations/conversation-items.ts',
        'lib/leads/lead-items.ts',
        'lib/messaging/message-items.ts',
        'lib/single-texts/single-text-items.ts',
      ],
    },
    { spelled: /['`]LEAD#/, by: ['lib/leads/lead-items.ts', 'lib/automation/enrollment-items.ts'] },
    { spelled: /'(LEAD|LEADS|PRIMARY)'/, by: ['lib/leads/lead-items.ts'] },
    { spelled: /['`]ENROLLMENT#/, by: ['lib/automation/enrollment-items.ts'] },
    { spelled: /['`](DUE|WAIT)#/, by: ['lib/tables/outreach.ts'] },
    { spelled: /['`]SINGLE_TEXT#/, by: ['lib/single-texts/single-text-items.ts'] },
    {
      spelled: /'(CONVERSATIONS?|REVIEWS?)'|['`](CONVERSATIONS|PROJECT)#/,
      by: ['lib/conversations/conversation-items.ts'],
    },
    { spelled: /['`](MESSAGE|CLAIMED)#|'MESSAGE'/, by: ['lib/messaging/message-items.ts'] },
    { spelled: /['`]LIMIT#|'LIMIT'/, by: ['lib/forms/submission-limits.ts'] },
    { spelled: /['`]SUBMISSION#|'SUBMISSION'/, by: ['lib/forms/submission-store.ts'] },
    { spelled: /'(SETTINGS|KEYWORD)'/, by: ['lib/organization/organization-items.ts'] },
    { spelled: /'AUTOMATION'/, by: ['lib/automation/automation-items.ts'] },
    { spelled: /'(FORM|FORM_SECRET)'/, by: ['lib/forms/form-items.ts'] },
    { spelled: /['`]CRM#|'CRM(_MAPPING|_WRITE_BACKS)?'/, by: ['lib/crm/crm-items.ts'] },
    { spelled: /['`]DRIFT['#]/, by: ['lib/drift/drift-items.ts'] },
    {
      spelled: /'CAMPAIGN'|['`](CAMPAIGN|MEMBER|BROADCAST)#/,
      by: ['lib/campaigns/campaign-items.ts'],
    },
    { spelled: /['`]EXPORT#|'EXPORT'/, by: ['lib/exports/export-store.ts'] },
    { spelled: /'CLOCK'/, by: ['lib/gate/send-rate-limiter.ts'] },
    { spelled: /['`]CYCLE#|'MARKS'/, by: ['functions/automation-cycle/watermarks.ts'] },
  ];

  it.each(keys)('only its owner spells $spelled', ({ spelled, by }) => {
    const others = ours.filter(({ path }) => !by.includes(path) && !isTool(path));
    expect(others.filter(({ code }) => spelled.test(code)).map(({ path }) => path)).toEqual([]);
    for (const owner of by)
      expect(
        ours.some(({ path }) => path === owner),
        owner,
      ).toBe(true);
  });

  it('only the gate, the stream’s reader and the stack know how the consent table is laid out', () => {
    const readers = ours
      .filter(({ imports }) => imports.some(({ target }) => target === 'lib/consent/consent-items.ts'))
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('lib/consent/'));
    expect(readers.toSorted()).toEqual([
      'functions/consent-changes/process-change.ts',
      'functions/publish-events/publish.ts',
      // The stack creates the indexes and filters the stream.
      'infra/capabilities/consent-changes.ts',
      'infra/capabilities/events.ts',
      'infra/constructs/consent-registry.ts',
      'lib/gate/load-decision-input.ts',
      'lib/gate/send-transaction.ts',
    ]);
  });
});

describe('the rules are pure', () => {
  it.each([
    'lib/consent/transition.ts',
    'lib/consent/ledger.ts',
    'lib/consent/as-of.ts',
    'lib/gate/decide.ts',
    'lib/crm/crm-opt-ins.ts',
    'lib/crm/plan.ts',
    'lib/crm/plan-writes.ts',
    'lib/crm/pace.ts',
    'lib/crm/check-mapping.ts',
    'lib/messaging/opt-in-keyword.ts',
    'lib/revocation/read-revocation.ts',
    'lib/gate/rules.ts',
    'lib/gate/sender-rate.ts',
    'lib/gate/sending-window.ts',
    'lib/gate/day-rules.ts',
    'lib/gate/caps.ts',
    'lib/gate/dry-run.ts',
    'lib/gate/dry-run-summary.ts',
    'lib/gate/holidays.ts',
    'lib/single-texts/confirmation-and-opt-out-reply.ts',
    'lib/campaigns/deliverability.ts',
    'lib/phone/time-zones.ts',
    'lib/phone/zone-clock.ts',
  ])('%s has no clock, no chance and no I/O', (path) => {
    const rule = lib.find((source) => source.path === path);
    expect(rule?.code).not.toMatch(
      /Date\.now|new Date\(\)|Math\.random|randomUUID|process\.|\bawait\b|fetch\(/,
    );
    const values = rule?.imports.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target);
    expect(values?.filter((target) => /aws-sdk|lib\/runtime\/(?!sha256)/.test(target))).toEqual([]);
  });
});

describe('every loop has a bound', () => {
  const deployed = [...lib, ...functions];

  it('no loop lacks a condition', () => {
    const endless = /\bfor\s*\([^;]*;\s*;|\bwhile\s*\(\s*(true|1|!0)\s*\)/;
    expect(endless.test('for (;;) {')).toBe(true);
    expect(endless.test('for (let attempt = 1; ; attempt++) {')).toBe(true);
    expect(deployed.filter(({ code }) => endless.test(code)).map(({ path }) => path)).toEqual([]);
  });

  it('a write that loses against another writer is tried again in one place', () => {
    const pausing = deployed.filter(({ code }) => /\bpauseBeforeRetry\(/.test(code)).map(({ path }) => path);
    expect(pausing.toSorted()).toEqual([
      // Reads again what seems wrong.
      'lib/consent/verify-registry.ts',
      // Asks again for what DynamoDB left out of an answer.
      'lib/runtime/dynamodb.ts',
      'lib/runtime/parameter.ts',
    ]);
    const retrying = deployed
      .filter(({ code }) => /=\s*pauseBeforeRetry\b/.test(code))
      .map(({ path }) => path);
    expect(retrying).toEqual(['lib/runtime/change-versioned.ts']);
  });

  it('only one file spells the condition over a version', () => {
    const spelling = deployed.filter(({ code }) => /#version (=|<)|\(#version\)/.test(code));
    expect(spelling.map(({ path }) => path)).toEqual(['lib/runtime/item-conditions.ts']);
  });
});

describe('the environment', () => {
  it('is read in one place', () => {
    const readers = ours.filter(({ code }) => /process\.env|\benv\b.*from 'node:process'/.test(code));
    const elsewhere = readers.map(({ path }) => path).filter((path) => !isTool(path));
    expect(elsewhere).toEqual(['lib/runtime/env.ts']);
  });
});

describe('every function', () => {
  const names = readdirSync(join(ROOT, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  it('of this stack is there', () => {
    expect(names.toSorted()).toEqual([
      'admin-api',
      'automation-cycle',
      'consent-changes',
      'crm-lookup',
      'form-webhook',
      'jobs',
      'publish-events',
      'reconcile',
      'registry-jobs',
      'send-gate',
      'sender-admin',
      'twilio-inbound',
      'twilio-status',
    ]);
  });

  it.each(names)('%s has a handler and a README', (name) => {
    const folder = join(ROOT, 'functions', name);
    const handler = functions.find(({ path }) => path === relative(ROOT, join(folder, 'handler.ts')));
    expect(handler?.code).toMatch(/export const handler = middy\b/);
    expect(existsSync(join(folder, 'README.md')), 'README.md').toBe(true);
  });
});
