import { expect, test } from 'vitest';
import { isTicked } from '../../../lib/forms/tick.ts';

const WORDS = 'I agree to get texts.';

test.each([
  true,
  'true',
  'True',
  '1',
  1,
  'on',
  'Yes',
  WORDS,
  ` ${WORDS.toUpperCase()} `,
  [WORDS],
  ['News', 'on'],
  'agreed',
])('H4 %j is a tick', (value) => {
  expect(isTicked(value, [WORDS, 'Agreed'])).toBe(true);
});

test.each([
  undefined,
  null,
  '',
  '0',
  0,
  2,
  false,
  'false',
  'No',
  'off',
  [],
  ['News'],
  {},
  { value: true },
  'I do not agree to get texts.',
  'unknown',
])('H4 %j is no tick: consent is never guessed', (value) => {
  expect(isTicked(value, [WORDS, undefined])).toBe(false);
});
