import { describe, expect, it } from 'vitest';
import { type Automation, automationSchema } from '../../../lib/automation/automation.ts';
import { type Enrollment, messageIdOf } from '../../../lib/automation/enrollment.ts';
import {
  enrollmentItem,
  enrollmentRefOfKey,
  parseEnrollment,
} from '../../../lib/automation/enrollment-items.ts';
import {
  advanceEnrollment,
  deferPending,
  enrollLead,
  holdPending,
  reopenEnrollment,
  stopEnrollment,
  wakePending,
} from '../../../lib/automation/progress.ts';
import { SHARDS, shardOf } from '../../../lib/tables/outreach.ts';

const AUTOMATION: Automation = automationSchema.parse({
  id: 'welcome',
  kind: 'followUp',
  name: 'Welcome',
  steps: [
    { delay: 'PT5M', template: 'Hello' },
    { delay: 'P1M', template: 'Still there?' },
  ],
});
const REF = { leadId: 'lead-1', automationId: 'welcome' };
const T0 = new Date('2026-01-31T12:00:00.000Z');
const T1 = new Date('2026-01-31T12:06:00.000Z');
const WHY = { reason: 'waitingForConsent', sentence: 'held: no recorded opt-in' };

const enrolled = () => enrollLead(REF, '+13035550142', AUTOMATION, T0);

describe('the way of a lead through an automation', () => {
  it('begins with the first step, due after its delay', () => {
    const dueAt = '2026-01-31T12:05:00.000Z';
    const expected = { status: 'due', step: 0, dueAt, firstDueAt: dueAt, attempts: 0, version: 1 };
    expect(enrolled()).toMatchObject({ ...REF, kind: 'followUp', ...expected });
  });

  it('counts the delay of a further step from the one before, and then is complete', () => {
    const second = advanceEnrollment({ ...enrolled(), attempts: 3, ...WHY }, AUTOMATION, T1);
    const dueAt = '2026-02-28T12:06:00.000Z';
    expect(second).toMatchObject({
      status: 'due',
      step: 1,
      dueAt,
      firstDueAt: dueAt,
      attempts: 0,
      version: 2,
    });
    expect(second).not.toHaveProperty('reason');
    expect(second).not.toHaveProperty('sentence');
    expect(advanceEnrollment(second, AUTOMATION, T1)).toMatchObject({
      status: 'completed',
      step: 2,
      version: 3,
    });
  });

  it('X4 a held step leaves the due index and keeps its age; woken, it is due now and no sooner', () => {
    const held = holdPending(enrolled(), WHY);
    expect(held).toMatchObject({ status: 'waiting', step: 0, ...WHY, firstDueAt: enrolled().firstDueAt });
    const woken = wakePending(held, T1);
    expect(woken).toMatchObject({ status: 'due', step: 0, dueAt: T1.toISOString(), version: 3 });
    expect(woken.firstDueAt).toBe(enrolled().firstDueAt);
    expect(woken).not.toHaveProperty('reason');
  });

  it('a deferred step keeps its age', () => {
    const until = '2026-02-01T09:00:00.000Z';
    const deferred = deferPending(enrolled(), { reason: 'sendingHours', sentence: 'deferred' }, until);
    expect(deferred).toMatchObject({ status: 'due', dueAt: until, firstDueAt: enrolled().firstDueAt });
  });

  it('every move is a new version, so that two workers cannot both make one', () => {
    const from = enrolled();
    const moves: Enrollment[] = [
      advanceEnrollment(from, AUTOMATION, T1),
      holdPending(from, WHY),
      deferPending(from, WHY, T1.toISOString()),
      wakePending(from, T1),
      stopEnrollment(from, WHY),
    ];
    expect(moves.map(({ version }) => version)).toEqual(moves.map(() => from.version + 1));
  });
});

describe('opening a step again that Twilio did not take', () => {
  const text = { step: 0, attempt: 1, firstDueAt: '2026-01-31T12:05:00.000Z' };
  const retryAt = '2026-01-31T12:06:30.000Z';
  const sent = () => advanceEnrollment(enrolled(), AUTOMATION, T1);

  it('makes that very step due, with its age and its tries', () => {
    const expected = { status: 'due', step: 0, dueAt: retryAt, firstDueAt: text.firstDueAt, attempts: 1 };
    expect(reopenEnrollment(sent(), text, retryAt)).toMatchObject({ ...expected, version: 3 });
  });

  it('opens the last step of a completed enrollment', () => {
    const completed = advanceEnrollment(sent(), AUTOMATION, T1);
    expect(reopenEnrollment(completed, { ...text, step: 1 }, retryAt)).toMatchObject({
      status: 'due',
      step: 1,
    });
  });

  it('X5 opens nothing when the enrollment has moved on, is at the step already, or was stopped', () => {
    expect(reopenEnrollment(advanceEnrollment(sent(), AUTOMATION, T1), text, retryAt)).toBeUndefined();
    expect(reopenEnrollment(enrolled(), text, retryAt)).toBeUndefined();
    expect(reopenEnrollment(stopEnrollment(sent(), WHY), text, retryAt)).toBeUndefined();
  });
});

describe('the indexes', () => {
  it('X4 an enrollment stands in the due index, in the waiting index or in none', () => {
    const due = enrolled();
    expect(enrollmentItem(due)).toMatchObject({
      work: `DUE#followUp#${shardOf('lead-1')}`,
      workOrder: due.dueAt,
    });
    expect(enrollmentItem(holdPending(due, WHY))).toMatchObject({
      work: `WAIT#${shardOf('+13035550142')}`,
      workOrder: '+13035550142#lead-1#welcome',
    });
    for (const out of [stopEnrollment(due, WHY), { ...due, status: 'completed' as const }]) {
      expect(enrollmentItem(out)).not.toHaveProperty('work');
      expect(enrollmentItem(out)).not.toHaveProperty('workOrder');
    }
  });

  it('an enrollment comes back from its item as it was, and its key says whose it is', () => {
    const held = holdPending(enrolled(), WHY);
    expect(parseEnrollment(enrollmentItem(held))).toEqual(held);
    expect(enrollmentRefOfKey(enrollmentItem(held))).toEqual(REF);
  });

  it('neighbouring numbers spread evenly over the shards', () => {
    const counts = new Array<number>(SHARDS).fill(0);
    for (let i = 0; i < 8000; i++) {
      const shard = shardOf(`+1303555${String(i).padStart(4, '0')}`);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    for (const count of counts) {
      expect(count).toBeGreaterThan(800);
      expect(count).toBeLessThan(1200);
    }
  });

  it('the shard of a number is a constant of the data', () => {
    expect(['a', 'lead-1', 'lead-2', '+13035550142', '+13035550143'].map(shardOf)).toEqual([4, 5, 4, 5, 2]);
  });

  it('X5 the text of a step has the same id in every retry', () => {
    expect(messageIdOf('lead-1', 'welcome', '2')).toBe('lead-1.welcome.2');
    expect(messageIdOf('lead-1', 'welcome', '2', 3)).toBe('lead-1.welcome.2.3');
  });
});
