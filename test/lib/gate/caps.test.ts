import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AutomatedSend, addRecentSend, frequencyWindow } from '../../../lib/gate/caps.ts';
import { DEFAULT_SENDING_RULES, type SendingRules } from '../../../lib/organization/sending-rules.ts';

const NOW = new Date('2026-06-10T18:00:00.000Z');
const HOUR = 3_600_000;
const ago = (hours: number, automationId = 'welcome'): AutomatedSend => ({
  at: new Date(NOW.getTime() - hours * HOUR).toISOString(),
  automationId,
});
const withCaps = (caps: Partial<SendingRules['caps']>): SendingRules => ({
  ...DEFAULT_SENDING_RULES,
  caps: { ...DEFAULT_SENDING_RULES.caps, ...caps },
});
const windowAfter = (recent: AutomatedSend[], rules = DEFAULT_SENDING_RULES, states: string[] = []) =>
  frequencyWindow(recent, 'welcome', states, rules, NOW);

describe('how often a number is texted', () => {
  it('X6 three automated texts in 24 hours, then none until the first of them is a day old', () => {
    expect(windowAfter([ago(20), ago(1)]).open).toBe(true);
    expect(windowAfter([ago(1), ago(20), ago(5)])).toEqual({
      open: false,
      until: '2026-06-10T22:00:00.000Z',
      explanation: 'has had 3 automated texts within 24 hours',
    });
  });

  it('X6 a text that is exactly a day old no longer counts', () => {
    expect(windowAfter([ago(24), ago(20), ago(5)]).open).toBe(true);
    expect(windowAfter([ago(23.999), ago(20), ago(5)]).open).toBe(false);
  });

  it('X6 within a week, by the number that the organization sets', () => {
    const rules = withCaps({ perWeek: 2 });
    expect(windowAfter([ago(100), ago(50)], rules)).toEqual({
      open: false,
      until: '2026-06-13T14:00:00.000Z',
      explanation: 'has had 2 automated texts within 7 days',
    });
  });

  it('X6 of one automation, not counting what others sent', () => {
    const rules = withCaps({ perAutomation: { perDay: 1 } });
    expect(windowAfter([ago(2, 'newsletter')], rules).open).toBe(true);
    expect(windowAfter([ago(2, 'newsletter'), ago(3)], rules)).toMatchObject({
      until: '2026-06-11T15:00:00.000Z',
      explanation: 'has had 1 automated text of the automation welcome within 24 hours',
    });
    const weekly = withCaps({ perAutomation: { perWeek: 1 } });
    expect(windowAfter([ago(30)], weekly)).toMatchObject({ open: false, until: '2026-06-16T12:00:00.000Z' });
  });

  it.each(['FL', 'OK', 'MD', 'OR'])(
    'X6 the law of %s allows three a day, even where the organization sets more',
    (state) => {
      const rules = withCaps({ perDay: 10 });
      const sends = [ago(1), ago(2), ago(3)];
      expect(windowAfter(sends, rules).open).toBe(true);
      expect(windowAfter(sends, rules, [state])).toMatchObject({
        open: false,
        until: '2026-06-11T15:00:00.000Z',
      });
      expect(windowAfter(sends, withCaps({ perDay: 10, perWeek: 40 }), ['TX']).open).toBe(true);
    },
  );

  it('X6 of several caps the one that lasts longest decides', () => {
    const rules = withCaps({ perWeek: 3 });
    expect(windowAfter([ago(1), ago(2), ago(3)], rules)).toMatchObject({ until: '2026-06-17T15:00:00.000Z' });
  });
});

describe('the recent sends of a number', () => {
  it('X6 is at most forty sends of the last seven days, the newest', () => {
    const many = Array.from({ length: 60 }, (_, index) => ago(index * 2));
    const kept = addRecentSend(many, ago(0), NOW);
    expect(kept).toHaveLength(40);
    expect(kept.at(-1)).toEqual(ago(0));
    expect(addRecentSend([ago(24 * 7), ago(24 * 7 - 1)], ago(0), NOW)).toEqual([ago(24 * 7 - 1), ago(0)]);
  });

  it('X6 is enough: no cap is ever exceeded by texts that leave when they may, and none waits longer than it must', () => {
    const caps = fc.record({
      perDay: fc.integer({ min: 1, max: 6 }),
      perWeek: fc.integer({ min: 1, max: 40 }),
      perAutomation: fc.record({
        perDay: fc.integer({ min: 1, max: 6 }),
        perWeek: fc.integer({ min: 1, max: 20 }),
      }),
    });
    const steps = fc.array(fc.tuple(fc.nat(20 * 60), fc.constantFrom('a', 'b', 'c')), { maxLength: 120 });
    fc.assert(
      fc.property(caps, steps, fc.boolean(), (given, tries, florida) => {
        const rules = withCaps(given);
        const states = florida ? ['FL'] : [];
        const sent: { at: number; automationId: string }[] = [];
        let recent: AutomatedSend[] = [];
        let now = NOW.getTime();
        for (const [minutes, automationId] of tries) {
          now += minutes * 60_000;
          const within = (days: number, only?: string, at = now) =>
            sent.filter((one) => (!only || one.automationId === only) && one.at + days * 24 * HOUR > at)
              .length;
          const full = (at: number) =>
            within(1, undefined, at) >= Math.min(given.perDay, florida ? 3 : 99) ||
            within(7, undefined, at) >= given.perWeek ||
            within(1, automationId, at) >= given.perAutomation.perDay ||
            within(7, automationId, at) >= given.perAutomation.perWeek;
          const window = frequencyWindow(recent, automationId, states, rules, new Date(now));
          expect(window.open).toBe(!full(now));
          if (!window.open) {
            expect(full(Date.parse(window.until) - 1)).toBe(true);
            expect(full(Date.parse(window.until))).toBe(false);
            continue;
          }
          sent.push({ at: now, automationId });
          recent = addRecentSend(recent, { at: new Date(now).toISOString(), automationId }, new Date(now));
        }
      }),
      { numRuns: 200 },
    );
  });
});
