import { spawn } from 'node:child_process';
import { DeleteCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventKinds, type NewConsentEvent } from '../../../lib/consent/consent-event.ts';
import { kindOfItem, numberOfItem } from '../../../lib/consent/consent-items.ts';
import { createConsentRegistry } from '../../../lib/consent/registry.ts';
import { scanRegistry } from '../../../lib/consent/scan-registry.ts';
import { storedNumber, verifyStored } from '../../../lib/consent/stored-number.ts';
import { verifyRegistry } from '../../../lib/consent/verify-registry.ts';
import type { Item } from '../../../lib/runtime/dynamodb.ts';
import { createTables, type Tables } from '../../setup/tables.ts';
import { newEvent } from './new-events.ts';

let tables: Tables;
/** All stored items, before any forgery. */
let stored: Item[];
const NUMBERS = 12;

const deps = () => ({ client: tables.client, table: tables.consentTable });
const keyOf = ({ pk, sk }: Item) => ({ pk, sk });
const put = (item: Item) =>
  tables.client.send(new PutCommand({ TableName: tables.consentTable, Item: item }));
const remove = (item: Item) =>
  tables.client.send(new DeleteCommand({ TableName: tables.consentTable, Key: keyOf(item) }));

beforeAll(async () => {
  tables = await createTables();
  const registry = createConsentRegistry({ ...deps(), now: () => new Date() });
  for (let index = 0; index < NUMBERS; index++) {
    const number = `+1303555${String(index).padStart(4, '0')}`;
    for (let round = 0; round < 4; round++) {
      const kind = eventKinds[(index + round * 3) % eventKinds.length] as NewConsentEvent['kind'];
      await registry.record(newEvent(kind, 10 * round, { number }));
    }
  }
  const page = await tables.client.send(new ScanCommand({ TableName: tables.consentTable }));
  stored = (page.Items ?? []).toSorted((one, other) =>
    `${one['pk']}${one['sk']}` < `${other['pk']}${other['sk']}` ? -1 : 1,
  );
});

const ofKind = (kind: string) => stored.filter((item) => kindOfItem(item) === kind);

/** Returns a different value. */
function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}x`;
  return Object.fromEntries(Object.entries(value as object).map(([name, part]) => [name, altered(part)]));
}

/** Runs `npm run verify` on this table. */
async function command(): Promise<{ code: number | null; printed: string }> {
  const endpoint = process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '';
  const args = ['infra/ops/verify.ts', '--endpoint', endpoint, '--table', tables.consentTable];
  const child = spawn(process.execPath, args);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, printed };
}

/** Changes one number's items. @returns whether verifying them finds a fault. */
function isFound(number: unknown, change: (items: Item[]) => Item[]): boolean {
  const items = stored.filter(({ pk }) => pk === number);
  expect(verifyStored(storedNumber(items))).toBeUndefined();
  return verifyStored({ ...storedNumber(change(items)), number: numberOfItem({ pk: number }) }) !== undefined;
}

describe('verify over the whole registry', () => {
  it('X2 holds for what was recorded, and reads every number once', async () => {
    const report = await verifyRegistry(deps());
    expect(report).toEqual({ numbers: NUMBERS, events: NUMBERS * 4, faults: [] });
    const seen: string[] = [];
    for await (const { number } of scanRegistry(deps())) seen.push(number);
    expect(new Set(seen).size).toBe(NUMBERS);
  });

  it('X2 goes on after any number without leaving one out or reading one twice', async () => {
    const all: { number: string; last: { pk: string; sk: string } }[] = [];
    for await (const entry of scanRegistry(deps())) all.push(entry);
    for (const [index, { last }] of all.entries()) {
      const rest: string[] = [];
      for await (const { number } of scanRegistry(deps(), last)) rest.push(number);
      expect(rest).toEqual(all.slice(index + 1).map(({ number }) => number));
    }
  });

  it('X2 altering or removing any field of any stored item is found', () => {
    for (const item of stored) {
      for (const [name, value] of Object.entries(item)) {
        if (name === 'pk' || name === 'sk') continue;
        const { [name]: _, ...rest } = item;
        for (const forged of [rest, { ...item, [name]: altered(value) }]) {
          const change = (items: Item[]) => items.map((other) => (other === item ? forged : other));
          // An empty collection cannot be altered.
          const isSame = JSON.stringify(forged) === JSON.stringify(item);
          expect(isSame || isFound(item['pk'], change), `${item['sk']} ${name}`).toBe(true);
        }
      }
    }
  });

  it('X2 dropping any stored item is found', () => {
    for (const item of stored) {
      const found = isFound(item['pk'], (items) => items.filter((other) => other !== item));
      expect(found, String(item['sk'])).toBe(true);
    }
  });

  it('X2 reordering stored events is found, their sequence numbers rewritten or not', () => {
    const numbers = [...new Set(stored.map(({ pk }) => pk))];
    const orders = fc
      .shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
      .filter((order) => `${order}` !== '0,1,2,3');
    fc.assert(
      fc.property(fc.constantFrom(...numbers), orders, fc.boolean(), (number, order, isRenumbered) => {
        const reorder = (items: Item[]) => {
          const events = items.filter((item) => kindOfItem(item) === 'event');
          const others = items.filter((item) => kindOfItem(item) !== 'event');
          const moved = events.map(({ sk, sequence }, index) => {
            const event = events[order[index] ?? 0];
            return { ...event, sk, ...(isRenumbered && { sequence }) };
          });
          return [...others, ...moved];
        };
        expect(isFound(number, reorder)).toBe(true);
      }),
    );
  });

  it('X2 what was altered, dropped and reordered in the table is reported, with four digits of each number', async () => {
    const events = ofKind('event');
    const [one, second, third] = [events[0], events[5], events[8]] as [Item, Item, Item];
    const next = events[9] as Item;
    expect(third['pk']).toBe(next['pk']);
    await put({ ...one, occurredAt: '2020-01-01T00:00:00.000Z' });
    await remove(second);
    await put({ ...next, ...keyOf(third) });
    await put({ ...third, ...keyOf(next) });
    const { faults, numbers } = await verifyRegistry(deps());
    expect(numbers).toBe(NUMBERS);
    const found = faults.map(({ number, sequence, fault }) => [number, sequence, fault]).toSorted();
    const expected = [
      [one, 'altered'],
      [second, 'missing'],
      [third, 'missing'],
    ].map(([item, fault]) => [
      `…${String((item as Item)['pk']).slice(-4)}`,
      (item as Item)['sequence'],
      fault,
    ]);
    expect(found).toEqual(expected.toSorted());
    const broken = await command();
    expect(broken.code).toBe(1);
    expect(broken.printed).toContain(`…${String(one['pk']).slice(-4)}  event 1: altered`);
    expect(broken.printed).not.toContain(String(one['number']));
    for (const item of [one, second, third, next]) await put(item);
    const whole = await command();
    expect(whole.code, whole.printed).toBe(0);
    expect(whole.printed).toContain(`${NUMBERS * 4} events of ${NUMBERS} numbers`);
    expect((await verifyRegistry(deps())).faults).toEqual([]);
  });

  it('C7 a number that would be missing from a list is found, though its chain holds', () => {
    const [state] = ofKind('state');
    const items = stored.filter(({ pk }) => pk === state?.['pk']);
    const number = String(state?.['number']);
    const whole = {
      number,
      state: { ...state, changeOrder: '2020' },
      events: items.filter((item) => kindOfItem(item) === 'event'),
      sources: items.filter((item) => kindOfItem(item) === 'source'),
      keywords: items.filter((item) => kindOfItem(item) === 'keyword'),
    };
    expect(verifyStored(whole)).toEqual({ sequence: 4, fault: 'listDiffers' });
    expect(verifyStored({ ...whole, state })).toBeUndefined();
  });
});
