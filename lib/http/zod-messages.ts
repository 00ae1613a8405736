import type * as z from 'zod';

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/**
 * Writes what value to give instead, for faults that a schema has no message for.
 *
 * @returns one sentence, or undefined for zod's own message.
 */
export function zodMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = NAMES[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `This is missing. Give ${expected}.` : `Give ${expected}.`;
    }
    case 'invalid_value':
      return `Give ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}.`;
    case 'too_small':
      return `Give ${issue.minimum}${COUNTED[issue.origin] ?? ''} or more.`;
    case 'too_big':
      return `Give ${issue.maximum}${COUNTED[issue.origin] ?? ''} or fewer.`;
    default:
      return undefined;
  }
}
