import { randomUUID } from 'node:crypto';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { type Automation, automationSchema } from '../../lib/automation/automation.ts';
import { enrollmentItem, parseEnrollment } from '../../lib/automation/enrollment-items.ts';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { enrollLead, holdPending } from '../../lib/automation/progress.ts';
import { createSettingsStore } from '../../lib/configuration/settings-store.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import { createDocumentClient, type Item } from '../../lib/runtime/dynamodb.ts';
import { ENV } from '../../lib/runtime/env.ts';
import { type Names, nameOf } from './bench-organization.ts';
import { BATCH_WRITE_ITEMS, type TableItem, writeBatch } from './bulk.ts';
import type { Recipient } from './replay.ts';

/** `due`: due and opted in; `undecided`: due and not opted in; `waiting`: held by an earlier cycle for want of an opt-in. */
export type Situation = 'due' | 'undecided' | 'waiting';
export type People = ReturnType<typeof createPeople>;
type Progress = (line: string) => void;

const AT_ONCE = 8;

/**
 * Creates people of the bench's organization. The stores write the first person of each kind; the others are copies of that
 * person's items with numbers and leads of their own, written in batches of 25.
 */
export function createPeople(names: Names) {
  const client = createDocumentClient();
  const now = () => new Date();
  const outreachTable = nameOf(names, ENV.outreachTable);
  const consentTable = nameOf(names, ENV.consentTable);
  const outreach = { client, table: outreachTable, now };
  const leads = createLeadStore(outreach);
  const enrollments = createEnrollmentStore(outreach);
  const registry = createConsentRegistry({ client, table: consentTable, now });
  const settingsStore = createSettingsStore({
    client,
    table: nameOf(names, ENV.configurationTable),
    organization: 'Bench',
    now,
  });
  let nextIndex = 0;

  const ready = new Set<Automation['kind']>();

  /** Writes settings and automation once, so that a later change by a part of the bench stays. */
  async function setUp(kind: Automation['kind']): Promise<void> {
    const quietHours = 'offForTesting' as const;
    const settings = { a2pVerified: true, requireSmsOptIn: true, quietHours };
    if (ready.size === 0) await settingsStore.changeSettings(settings, 'bench');
    if (!ready.has(kind)) await settingsStore.putAutomation(automationOf(kind));
    ready.add(kind);
  }

  async function createFirst(kind: Automation['kind'], situation: Situation): Promise<Person> {
    await setUp(kind);
    const number = numberOf(nextIndex++);
    if (situation === 'due') await optIn(number);
    const lead = await leads.create(number, { firstName: 'Dana' });
    const due = enrollLead(
      { leadId: lead.id, automationId: automationOf(kind).id },
      number,
      automationOf(kind),
      new Date(),
    );
    const hold = { reason: 'waitingForConsent', sentence: 'held: no opt-in is recorded' };
    await enrollments.add(situation === 'waiting' ? holdPending(due, hold) : due);
    const partitions: [string, string][] = [
      [consentTable, `NUMBER#${number}`],
      [outreachTable, `NUMBER#${number}`],
      [outreachTable, `LEAD#${lead.id}`],
    ];
    const items: TableItem[] = [];
    for (const [table, pk] of partitions) {
      const query = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
      };
      for await (const page of paginateQuery({ client }, query)) {
        items.push(...(page.Items ?? []).map((item) => ({ table, item })));
      }
    }
    return { leadId: lead.id, number, items };
  }

  async function optIn(number: string): Promise<void> {
    await registry.record({
      number,
      kind: 'explicitWeb',
      occurredAt: new Date().toISOString(),
      sourceId: randomUUID(),
      evidence: {
        source: 'form',
        formId: 'bench',
        submissionId: 'bench',
        checkbox: 1,
        wordsShown: 'You agree to get texts.',
        wordsVersion: '1',
      },
    });
  }

  return {
    settingsStore,
    /** Measures the bytes that are stored for one person, and those of the enrollment alone. */
    sizeOf: async (situation: Situation): Promise<{ bytes: number; enrollmentBytes: number }> => {
      const { items } = await createFirst('drip', situation);
      const sizes = items.map(({ item }) => ({ item, bytes: Buffer.byteLength(JSON.stringify(item)) }));
      return {
        bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
        enrollmentBytes: sizes.find(({ item }) => 'work' in item)?.bytes ?? 0,
      };
    },
    /** Makes people whose first text is due now, or waits for consent. */
    make: async (
      count: number,
      situation: Situation,
      { kind = 'drip' as Automation['kind'], progress = undefined as Progress | undefined } = {},
    ): Promise<Recipient[]> => {
      const person = await createFirst(kind, situation);
      const made: Recipient[] = [{ leadId: person.leadId, number: person.number }];
      const others = copies(person, count - 1);
      const report = everyTenth(count, (part) => progress?.(`${part} of ${count} leads ${situation}`));
      const worker = async (): Promise<void> => {
        let batch: TableItem[] = [];
        for (const { recipient, items } of others) {
          made.push(recipient);
          report(made.length);
          for (const item of items) {
            batch.push(item);
            if (batch.length < BATCH_WRITE_ITEMS) continue;
            const full = batch;
            batch = [];
            await writeBatch(client, full);
          }
        }
        if (batch.length > 0) await writeBatch(client, batch);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      return made;
    },
  };

  function* copies(person: Person, count: number): Generator<{ recipient: Recipient; items: TableItem[] }> {
    for (let made = 0; made < count; made++) {
      const recipient = { leadId: randomUUID(), number: numberOf(nextIndex++) };
      yield { recipient, items: copyFor(person, recipient) };
    }
  }
}

interface Person extends Recipient {
  readonly items: readonly TableItem[];
}

/** Returns a different number of valid form for each index. */
export function numberOf(index: number): string {
  return `+1${303 + Math.floor(index / 7_000_000)}${2_000_000 + (index % 7_000_000)}`;
}

function automationOf(kind: Automation['kind']) {
  return automationSchema.parse({
    id: kind.toLowerCase(),
    kind,
    name: 'bench',
    steps: [
      { delay: 'PT0S', template: 'Hi {{firstName|there}}, news from {{organizationName}}.' },
      { delay: 'P7D', template: 'More news.' },
    ],
  });
}

function copyFor({ items, leadId, number }: Person, to: Recipient): TableItem[] {
  return items.map(({ table, item }) => {
    const text = JSON.stringify(item).replaceAll(leadId, to.leadId).replaceAll(number, to.number);
    const copied = JSON.parse(text) as Item;
    // An enrollment's key in the work index depends on its lead: it is written again for the copy's lead.
    return { table, item: 'work' in copied ? enrollmentItem(parseEnrollment(copied)) : copied };
  });
}

function everyTenth(count: number, report: (part: number) => void): (made: number) => void {
  let reported = 0;
  return (made) => {
    const tenth = Math.floor((made * 10) / count);
    if (count < 10_000 || tenth === reported) return;
    reported = tenth;
    report(made);
  };
}
