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
import { BATCH_WRITE, type Written, writeBatch } from './bulk.ts';
import type { Recipient } from './replay.ts';
import { type Names, nameOf } from './stand.ts';

/** `due` and opted in; `undecided`: due as well, but nobody has opted in; `waiting`: held for that by an earlier cycle. */
export type Situation = 'due' | 'undecided' | 'waiting';
export type People = ReturnType<typeof createPeople>;
type Progress = (line: string) => void;

const AT_ONCE = 8;

/**
 * People of the bench's organization. The first of each kind is made by the stores themselves; the others are copies of all
 * that was written for that one, with a number and a lead of their own, in batches of 25.
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
  const rules = createSettingsStore({
    client,
    table: nameOf(names, ENV.configurationTable),
    organization: 'Bench',
    now,
  });
  let next = 0;

  const ready = new Set<Automation['kind']>();

  /** Once: what a part changes afterwards stays changed. */
  async function setUp(kind: Automation['kind']): Promise<void> {
    const quietHours = 'offForTesting' as const;
    const settings = { a2pVerified: true, requireSmsOptIn: true, quietHours };
    if (ready.size === 0) await rules.changeSettings(settings, 'bench');
    if (!ready.has(kind)) await rules.putAutomation(automationOf(kind));
    ready.add(kind);
  }

  async function first(kind: Automation['kind'], situation: Situation): Promise<Person> {
    await setUp(kind);
    const number = numberOf(next++);
    if (situation === 'due') await optIn(number);
    const lead = await leads.create(number, { firstName: 'Dana' });
    const due = enrollLead(
      { leadId: lead.id, automationId: automationOf(kind).id },
      number,
      automationOf(kind),
      new Date(),
    );
    const why = { reason: 'waitingForConsent', sentence: 'held: no opt-in is recorded' };
    await enrollments.add(situation === 'waiting' ? holdPending(due, why) : due);
    const partitions: [string, string][] = [
      [consentTable, `NUMBER#${number}`],
      [outreachTable, `NUMBER#${number}`],
      [outreachTable, `LEAD#${lead.id}`],
    ];
    const items: Written[] = [];
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
    rules,
    /** Bytes of all that is stored for one person, and of the enrollment alone. */
    sizeOf: async (situation: Situation): Promise<{ bytes: number; enrollmentBytes: number }> => {
      const { items } = await first('drip', situation);
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
      const person = await first(kind, situation);
      const made: Recipient[] = [{ leadId: person.leadId, number: person.number }];
      const others = copies(person, count - 1);
      const tell = everyTenth(count, (part) => progress?.(`${part} of ${count} leads ${situation}`));
      const worker = async (): Promise<void> => {
        let batch: Written[] = [];
        for (const { recipient, items } of others) {
          made.push(recipient);
          tell(made.length);
          for (const item of items) {
            batch.push(item);
            if (batch.length < BATCH_WRITE) continue;
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

  function* copies(person: Person, count: number): Generator<{ recipient: Recipient; items: Written[] }> {
    for (let made = 0; made < count; made++) {
      const recipient = { leadId: randomUUID(), number: numberOf(next++) };
      yield { recipient, items: copyFor(person, recipient) };
    }
  }
}

interface Person extends Recipient {
  readonly items: readonly Written[];
}

/** Numbers that differ, all of them real ones' shape. */
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

function copyFor({ items, leadId, number }: Person, to: Recipient): Written[] {
  return items.map(({ table, item }) => {
    const text = JSON.stringify(item).replaceAll(leadId, to.leadId).replaceAll(number, to.number);
    const copied = JSON.parse(text) as Item;
    // Its place in the work index depends on who it is.
    return { table, item: 'work' in copied ? enrollmentItem(parseEnrollment(copied)) : copied };
  });
}

function everyTenth(count: number, tell: (part: number) => void): (made: number) => void {
  let told = 0;
  return (made) => {
    const tenth = Math.floor((made * 10) / count);
    if (count < 10_000 || tenth === told) return;
    told = tenth;
    tell(made);
  };
}
