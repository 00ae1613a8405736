import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventsPage } from '../../../infra/write/events-page.ts';
import { eventCatalog } from '../../../lib/events/catalog.ts';

test('X8 docs/events.md is what the schemas say: run npm run events after changing one', () => {
  const stored = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  expect(stored).toBe(eventsPage(eventCatalog));
});

test.each(eventCatalog)(
  'X8 the documented example of $detailType is one',
  ({ detailType, schema, example }) => {
    expect(detailType).toMatch(/^sendgate\.[a-z]+\.[a-z]+\.v\d+$/);
    expect(example.detailType).toBe(detailType);
    expect(schema.parse(example.detail)).toEqual(example.detail);
  },
);
