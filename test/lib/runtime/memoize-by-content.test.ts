import { expect, test } from 'vitest';
import { parseSettings } from '../../../lib/organization/organization-items.ts';
import { defaultSettings } from '../../../lib/organization/settings.ts';
import { memoizeByContent } from '../../../lib/runtime/memoize-by-content.ts';

test('the same content is parsed once, changed content at once, and no caller can change what others get', () => {
  let parsed = 0;
  const parse = memoizeByContent((content) => {
    parsed++;
    return { seen: content as { on: boolean } };
  });
  expect(parse({ on: true })).toEqual({ seen: { on: true } });
  expect(parse({ on: true })).toEqual({ seen: { on: true } });
  expect(parsed).toBe(1);
  expect(parse({ on: false })).toEqual({ seen: { on: false } });
  expect(parsed).toBe(2);
  expect(() => {
    parse({ on: true }).seen.on = false;
  }).toThrow(TypeError);
  for (let other = 0; other < 200; other++) parse({ other });
  expect(parse({ on: true })).toEqual({ seen: { on: true } });
});

test('the order of fields, which DynamoDB does not keep, makes no other content', () => {
  let parsed = 0;
  const parse = memoizeByContent(() => ++parsed);
  parse({ steps: [{ delay: 'PT0S', template: 'Hi' }], verified: { by: 'ada', at: 'now' } });
  parse({ verified: { at: 'now', by: 'ada' }, steps: [{ template: 'Hi', delay: 'PT0S' }] });
  expect(parsed).toBe(1);
});

test('what cannot be parsed throws every time', () => {
  const parse = memoizeByContent(() => {
    throw new Error('unreadable');
  });
  expect(() => parse({})).toThrow('unreadable');
  expect(() => parse({})).toThrow('unreadable');
});

test('H1 settings that changed in the table are never answered with what they were', () => {
  const { requireSmsOptIn } = defaultSettings('Acme');
  expect(parseSettings(undefined, 'Acme').requireSmsOptIn).toBe(requireSmsOptIn);
  expect(parseSettings({ requireSmsOptIn: !requireSmsOptIn }, 'Acme').requireSmsOptIn).toBe(!requireSmsOptIn);
  expect(parseSettings({ requireSmsOptIn }, 'Acme').requireSmsOptIn).toBe(requireSmsOptIn);
  expect(parseSettings({ requireSmsOptIn }, 'Other').organizationName).toBe('Other');
});
