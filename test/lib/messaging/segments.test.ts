import { expect, test } from 'vitest';
import { segmentsOf } from '../../../lib/messaging/segments.ts';

test.each([
  ['a'.repeat(160), 1, 'GSM-7'],
  ['a'.repeat(161), 2, 'GSM-7'],
  ['a'.repeat(306), 2, 'GSM-7'],
  ['a'.repeat(307), 3, 'GSM-7'],
  ['€'.repeat(80), 1, 'GSM-7'],
  ['€'.repeat(81), 2, 'GSM-7'],
  [`${'a'.repeat(69)}’`, 1, 'UCS-2'],
  [`${'a'.repeat(70)}’`, 2, 'UCS-2'],
  [`${'a'.repeat(134)}’`, 3, 'UCS-2'],
])('T7 "%s" takes %i segments of %s', (body, count, encoding) => {
  expect(segmentsOf(body)).toEqual({ count, encoding });
});
