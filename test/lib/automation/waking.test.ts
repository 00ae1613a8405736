import { describe, expect, it } from 'vitest';
import { automationSchema } from '../../../lib/automation/automation.ts';
import type { Enrollment } from '../../../lib/automation/enrollment.ts';
import { advance, enroll, hold, stop } from '../../../lib/automation/progress.ts';
import { wakeLead, wakesNumber, wokenBySettings } from '../../../lib/automation/waking.ts';
import type { EventKind } from '../../../lib/consent/event.ts';
import { append } from '../../../lib/consent/ledger.ts';
import { defaultSettings, type Settings } from '../../../lib/organization/settings.ts';
import { at, handset, occurrence, stateAfter } from '../consent/occurrences.ts';

const BASE: Settings = { ...defaultSettings('Acme'), requireSmsOptIn: true, a2pVerified: false };

describe('what wakes those who wait', () => {
  const news = (past: ReturnType<typeof stateAfter>, kind: EventKind, second: number) =>
    append(past, occurrence(kind, second), at(100)).event;

  it.each([
    'handsetStart',
    'handsetKeyword',
    'explicitWeb',
    'impliedForm',
    'crmAttested',
    'manualOptIn',
  ] as const)('H10 an opt-in by %s', (kind) => {
    expect(wakesNumber(news(stateAfter(), kind, 1))).toBe(true);
  });

  it('H10 a START that lifts nothing but the block of the carrier', () => {
    const blocked = stateAfter(occurrence('optOut', 1), occurrence('explicitWeb', 2));
    expect(blocked).toMatchObject({ standing: 'opted_in', carrierBlocked: true });
    expect(wakesNumber(news(blocked, 'handsetStart', 3))).toBe(true);
  });

  it('neither a STOP, nor late news, nor what changes nothing', () => {
    expect(wakesNumber(news(stateAfter(), 'optOut', 1))).toBe(false);
    const stopped = stateAfter(occurrence('optOut', 5));
    expect(wakesNumber(news(stopped, 'explicitWeb', 4))).toBe(false);
    expect(wakesNumber(news(stopped, 'impliedForm', 6))).toBe(false);
    expect(wakesNumber(news(stateAfter(occurrence('impliedForm', 1)), 'impliedForm', 2))).toBe(false);
    const words = append(stopped, occurrence('optOut', 6, { evidence: handset('ALTO', false) }), at(100));
    expect(wakesNumber(words.event)).toBe(false);
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

describe('waking a lead', () => {
  const automation = automationSchema.parse({
    id: 'a',
    kind: 'drip',
    name: 'A',
    steps: [{ delay: 'PT0S', template: 'Hello' }],
  });
  const now = new Date('2026-06-01T12:00:00.000Z');
  const why = { reason: 'waitingForConsent', sentence: 'held' };
  const enrolled = (automationId: string) =>
    enroll({ leadId: 'lead-1', automationId }, '+13035550142', automation, now);

  it('H10 makes due what waits, and leaves the rest alone', async () => {
    const all = [
      hold(enrolled('waiting-1'), why),
      hold(enrolled('waiting-2'), why),
      enrolled('due'),
      stop(enrolled('stopped'), why),
      advance(enrolled('completed'), automation, now),
    ];
    const written: Enrollment[] = [];
    const store = {
      ofLead: async () => all,
      replace: async (enrollment: Enrollment) => written.push(enrollment) > 1,
    };
    // The first of the two was lost to another writer.
    expect(await wakeLead(store, 'lead-1', now)).toBe(1);
    expect(written).toMatchObject([
      { automationId: 'waiting-1', status: 'due', dueAt: now.toISOString() },
      { automationId: 'waiting-2', status: 'due', dueAt: now.toISOString() },
    ]);
  });
});
