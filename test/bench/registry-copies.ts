import { Buffer } from 'node:buffer';
import type { NewConsentEvent } from '../../lib/consent/consent-event.ts';
import { documentedOptIn } from '../../lib/consent/documented-opt-in.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { initialState } from '../../lib/consent/state.ts';
import { createDocumentClient, type Item } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { type Names, nameOf } from './bench-organization.ts';
import { type TableItem, writeAll } from './bulk.ts';
import { numberOf } from './people.ts';

/** The keyword by which every tenth number has opted in. */
export const KEYWORD = 'ROOF';
const START = Date.parse('2025-01-06T15:00:00.000Z');
const WORDS = 'By submitting you agree to get recurring automated texts from Acme Windows at this number.';

/**
 * Returns the events of a number. Of ten numbers five have submitted a form, two have done so and then texted STOP, one has sent
 * a keyword, one was imported, and one has texted YES without being asked.
 */
function eventsOf(index: number): readonly NewConsentEvent[] {
  const number = numberOf(index);
  const at = (minutes: number) => new Date(START + index * 20_000 + minutes * 60_000).toISOString();
  const handset = (wordsSent: string, word: string) =>
    ({
      source: 'handset',
      messageSid: `SM${Buffer.from(`${number}${word}`).toString('hex').padEnd(32, '0').slice(0, 32)}`,
      to: '+13035550100',
      wordsSent,
      word,
      carrierActs: word === 'STOP',
    }) as const;
  const form = {
    number,
    kind: 'impliedForm',
    occurredAt: at(0),
    sourceId: `form:quote:${index}`,
    evidence: {
      source: 'form',
      formId: 'quote',
      submissionId: `quote-${index}`,
      wordsShown: WORDS,
      wordsVersion: '8f14e45fceea167a',
      pageUrl: 'https://acme.example/quote',
      ip: '203.0.113.9',
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
    },
  } as const satisfies NewConsentEvent;
  const texted = (kind: NewConsentEvent['kind'], words: string, word: string, minutes: number) => ({
    number,
    kind,
    occurredAt: at(minutes),
    sourceId: `sms:${index}:${word}`,
    evidence: handset(words, word),
  });
  switch (index % 10) {
    case 0:
    case 1:
      return [form, texted('optOut', 'Stop', 'STOP', 9)];
    case 2:
      return [texted('handsetKeyword', 'Roof please', KEYWORD, 0)];
    case 3: {
      const given = { method: 'on paper', date: at(0), proof: `scan ${index}`, wording: WORDS };
      return [
        documentedOptIn(number, given, {
          actor: 'pat',
          reOptIn: 'handset',
          line: { importId: 'seed', row: 1 },
        }),
      ];
    }
    case 4:
      return [texted('handsetYes', 'Yes', 'YES', 0)];
    default:
      return [form];
  }
}

/**
 * Creates a consent registry of any size. Its items are those that the registry itself would write, with hashes and chains; they
 * are written in batches of 25.
 */
export function createRegistryCopies(names: Names) {
  const client = createDocumentClient();
  const table = nameOf(names, ENV.consentTable);
  let size = 0;

  /** Returns the items that a number's events leave in the table. Of a state that is written twice it keeps the last. */
  async function itemsOf(index: number): Promise<Item[]> {
    const newEvents = eventsOf(index);
    const items = new Map<string, Item>();
    let state = initialState(numberOf(index));
    for (const newEvent of newEvents) {
      const registry = createConsentRegistry({ client, table, now: () => new Date(newEvent.occurredAt) });
      const prepared = await registry.prepare(state, newEvent);
      state = prepared.state;
      for (const { Put } of prepared.writes) items.set(String(Put?.Item?.['sk']), Put?.Item ?? {});
    }
    return [...items.values()];
  }

  return {
    client,
    table,
    size: () => size,
    /** Adds numbers until the registry has `to` of them. */
    grow: async (to: number, progress: (line: string) => void): Promise<void> => {
      const share = Math.max(10_000, Math.ceil(to / 10));
      for (let from = size; from < to; from += 1000) {
        const batch: TableItem[] = [];
        for (let index = from; index < Math.min(to, from + 1000); index++) {
          for (const item of await itemsOf(index)) batch.push({ table, item });
        }
        await writeAll(client, batch);
        if (from % share < 1000 && from > size) progress(`${from} of ${to} numbers`);
      }
      size = Math.max(size, to);
    },
  };
}
export type RegistryCopies = ReturnType<typeof createRegistryCopies>;
