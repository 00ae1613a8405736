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
 * What to give instead, for what schemas have no words of their own for.
 *
 * @returns one sentence, or undefined to leave it to zod's.
 */
export function zodMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = NAMES[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `This is missing. Give ${wanted}.` : `Give ${wanted}.`;
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
