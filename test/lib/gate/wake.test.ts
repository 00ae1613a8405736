import { describe, expect, it } from 'vitest';
import { automationSchema } from '../../../lib/automation/automation.ts';
import type { Enrollment } from '../../../lib/automation/enrollment.ts';
import {
  advanceEnrollment,
  enrollLead,
  holdPending,
  stopEnrollment,
} from '../../../lib/automation/progress.ts';
import type { EventKind } from '../../../lib/consent/consent-event.ts';
import { appendEvent } from '../../../lib/consent/ledger.ts';
import { wakeNumber, wokenByEvent, wokenBySettings } from '../../../lib/gate/wake.ts';
import { defaultSettings, type Settings } from '../../../lib/organization/settings.ts';
import { newSingleText, type SingleText } from '../../../lib/single-texts/single-text.ts';
import { at, handset, liftingEvent, newEvent, stateAfter } from '../consent/new-events.ts';

const BASE: Settings = { ...defaultSettings('Acme'), requireSmsOptIn: true, a2pVerified: false };

describe('what wakes those who wait', () => {
  const news = (past: ReturnType<typeof stateAfter>, kind: EventKind, second: number) =>
    appendEvent(past, newEvent(kind, second), at(100)).event;

  it.each([
    'handsetStart',
    'handsetKeyword',
    'explicitWeb',
    'impliedForm',
    'crmAttested',
    'manualOptIn',
  ] as const)('H10 an opt-in by %s', (kind) => {
    expect(wokenByEvent(news(stateAfter(), kind, 1))).toBe('all');
  });

  it('H10 a START that lifts nothing but the block of the carrier', () => {
    const blocked = stateAfter(newEvent('optOut', 1), liftingEvent('explicitWeb', 2));
    expect(blocked).toMatchObject({ status: 'opted_in', carrierBlocked: true });
    expect(wokenByEvent(news(blocked, 'handsetStart', 3))).toBe('all');
  });

  it('C3 a STOP wakes nothing but what waits for START, to be dropped', () => {
    expect(wokenByEvent(news(stateAfter(), 'optOut', 1))).toEqual(['waitingForStart']);
  });

  it('neither late news nor what changes nothing', () => {
    const stopped = stateAfter(newEvent('optOut', 5));
    expect(wokenByEvent(news(stopped, 'explicitWeb', 4))).toEqual([]);
    expect(wokenByEvent(news(stopped, 'impliedForm', 6))).toEqual([]);
    expect(wokenByEvent(news(stateAfter(newEvent('impliedForm', 1)), 'impliedForm', 2))).toEqual([]);
    const words = appendEvent(stopped, newEvent('optOut', 6, { evidence: handset('ALTO', false) }), at(100));
    expect(wokenByEvent(words.event)).toEqual([]);
  });

  it.each([
    ['requireSmsOptIn turned off', BASE, { ...BASE, requireSmsOptIn: false }, ['waitingForConsent']],
    ['requireSmsOptIn turned on', { ...BASE, requireSmsOptIn: false }, BASE, []],
    ['A2P verified', BASE, { ...BASE, a2pVerified: true }, ['a2pNotVerified']],
    ['A2P lost', { ...BASE, a2pVerified: true }, BASE, []],
    [
      'both',
      BASE,
      { ...BASE, requireSmsOptIn: false, a2pVerified: true },
      ['waitingForConsent', 'a2pNotVerified'],
    ],
    ['another footer', BASE, { ...BASE, footer: 'STOP ends this' }, []],
  ] as const)('of settings: %s', (_, before, after, woken) => {
    expect(wokenBySettings(before, after)).toEqual(woken);
  });
});

describe('waking a number', () => {
  const automation = automationSchema.parse({
    id: 'a',
    kind: 'drip',
    name: 'A',
    steps: [{ delay: 'PT0S', template: 'Hello' }],
  });
  const now = new Date('2026-06-01T12:00:00.000Z');
  const why = { reason: 'waitingForConsent', sentence: 'held' };
  const enrolled = (automationId: string) =>
    enrollLead({ leadId: 'lead-1', automationId }, '+13035550142', automation, now);

  it('H10 makes due what waits, and leaves the rest alone', async () => {
    const all = [
      holdPending(enrolled('waiting-1'), why),
      holdPending(enrolled('waiting-2'), why),
      enrolled('due'),
      stopEnrollment(enrolled('stopped'), why),
      advanceEnrollment(enrolled('completed'), automation, now),
    ];
    const written: Enrollment[] = [];
    const text = holdPending(
      newSingleText({ id: 't', number: '+13035550142', purpose: 'agent', body: 'Hi' }, now),
      why,
    );
    const texts: SingleText[] = [];
    const deps = {
      leads: { leadsWithNumber: async () => ['lead-1'] },
      enrollments: {
        ofLead: async () => all,
        replace: async (enrollment: Enrollment) => written.push(enrollment) > 1,
      },
      singleTexts: { open: async () => [text], put: async (woken: SingleText) => texts.push(woken) > 0 },
      now: () => now,
    };
    expect(await wakeNumber(deps, '+13035550142', ['waitingForStart'])).toBe(0);
    // The first of the two was lost to another writer.
    expect(await wakeNumber(deps, '+13035550142', 'all')).toBe(2);
    expect(texts).toMatchObject([{ id: 't', status: 'due', heldFor: 'waitingForConsent' }]);
    expect(written).toMatchObject([
      { automationId: 'waiting-1', status: 'due', dueAt: now.toISOString() },
      { automationId: 'waiting-2', status: 'due', dueAt: now.toISOString() },
    ]);
  });
});
