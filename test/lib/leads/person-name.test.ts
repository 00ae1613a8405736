import { expect, test } from 'vitest';
import { splitName } from '../../../lib/leads/person-name.ts';

test.each([
  ['Dana Reyes', 'Dana', 'Reyes'],
  ['Reyes, Dana', 'Dana', 'Reyes'],
  ['  Dana   Reyes ', 'Dana', 'Reyes'],
  ['Ana María de la Cruz', 'Ana', 'María de la Cruz'],
  ['Dr. Ana Díaz', 'Ana', 'Díaz'],
  ['Mrs Reyes', 'Reyes', undefined],
  ['Martin King, Jr.', 'Martin', 'King Jr.'],
  ['Dana', 'Dana', undefined],
  ['Reyes,', 'Reyes', undefined],
  ['Dr.', 'Dr.', undefined],
  ['', undefined, undefined],
])('the name "%s" is split so that no part of it is lost', (whole, firstName, lastName) => {
  expect(splitName(whole)).toEqual({ ...(firstName && { firstName }), ...(lastName && { lastName }) });
});
