import { describe, expect, it } from 'vitest';
import { e164Schema } from '../../../lib/phone/e164.ts';
import { numbersWritten } from '../../../lib/phone/numbers-written.ts';
import { parsePhone } from '../../../lib/phone/phone-number.ts';

describe('numbers as people write them', () => {
  it.each([
    ['(303)555-0142', '+13035550142'],
    ['(303) 555-0142', '+13035550142'],
    ['303.555.0142', '+13035550142'],
    ['303–555–0142', '+13035550142'],
    ['3035550142', '+13035550142'],
    ['1 303 555 0142', '+13035550142'],
    ['+1 (303) 555-0142', '+13035550142'],
    ['  303\u00a0555 0142\n', '+13035550142'],
    ['３０３５５５０１４２', '+13035550142'],
    ['\u202a+1 303 555 0142\u202c', '+13035550142'],
    ['tel:+1-303-555-0142', '+13035550142'],
    [3035550142, '+13035550142'],
    [13035550142, '+13035550142'],
    ['+44 20 7946 0958', '+442079460958'],
    ['011 44 20 7946 0958', '+442079460958'],
    ['1-800-356-9377', '+18003569377'],
    ['+1 787 555 0142', '+17875550142'],
  ])('reads %j as %s', (written, e164) => {
    expect(parsePhone(written)).toEqual({ kind: 'valid', e164 });
  });

  it('reads a number without a country code by the country of the form', () => {
    expect(parsePhone('020 7946 0958', 'GB')).toEqual({ kind: 'valid', e164: '+442079460958' });
    expect(parsePhone('020 7946 0958', 'US').kind).toBe('invalid');
    expect(parsePhone('+1 303 555 0142', 'GB')).toEqual({ kind: 'valid', e164: '+13035550142' });
  });

  it.each([
    ['+52 1 55 1234 5678', 'US'],
    ['+5215512345678', 'US'],
    ['011 52 1 (55) 1234-5678', 'US'],
    ['1 55 1234 5678', 'MX'],
    ['521 55 1234 5678', 'MX'],
    ['55 1234 5678', 'MX'],
    ['+52 55 1234 5678', 'MX'],
  ] as const)('reads %j of %s without the 1 that Mexico dropped', (written, country) => {
    expect(parsePhone(written, country)).toEqual({ kind: 'valid', e164: '+525512345678' });
    expect(numbersWritten(`Cell ${written}`, country)).toContain('+525512345678');
  });

  it.each([
    [''],
    ['   '],
    ['\u200b'],
    ['n/a'],
    ['911'],
    ['555-0142'],
    ['1-800-FLOWERS'],
    ['303 555 0142 😀'],
    ['3035550142 (cell)'],
    ['call me at 303-555-0142'],
    ['303-555-0142/303-555-0143'],
    ['303-555-0142, 303-555-0143'],
    ['+1 303 555 014'],
    ['+1 303 555 01420'],
    ['(555) 555-5555'],
    ['+999 123 456 789'],
    ["303-555-0142'; DROP TABLE leads"],
    ['+13035550142\u0000'],
    ['<script>3035550142</script>'],
    ['9'.repeat(100_000)],
    [15550000000],
    [1e21],
    [3035550142.5],
    [Number.NaN],
  ])('refuses %j and says what to give instead', (written) => {
    const parsed = parsePhone(written);
    expect(parsed).toMatchObject({ kind: 'invalid', reason: expect.stringContaining('+1 303 555 0142') });
  });

  it.each(['303-555-0142 x12', '303-555-0142 ext. 12', '+13035550142;ext=12', '303-555-0142 #12'])(
    'refuses the extension of %s: the text would reach somebody else',
    (written) => {
      expect(parsePhone(written)).toMatchObject({
        kind: 'invalid',
        reason: expect.stringContaining('extension'),
      });
    },
  );
});

describe('E.164 in the API', () => {
  it('takes nothing but E.164', () => {
    expect(e164Schema.safeParse('+13035550142').success).toBe(true);
    const others = [
      '3035550142',
      '+0303555014',
      '+1 303 555 0142',
      '+13035550142\n',
      '+1',
      `+${'1'.repeat(16)}`,
    ];
    for (const other of others) expect(e164Schema.safeParse(other).success, other).toBe(false);
  });
});
