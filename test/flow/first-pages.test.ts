import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
const numbers = Array.from({ length: 30 }, () => newNumber());

beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
  await world.admin('PUT', '/keywords/ROOF', { description: 'Roofs' });
  for (const [index, number] of numbers.entries()) {
    await world.submit('contact', submission(number));
    if (index % 3 === 0) await world.text(number, 'STOP');
    else if (index % 3 === 1) await world.text(number, 'ROOF');
    await world.admin('PATCH', `/numbers/${encodeURIComponent(number)}/conversation`, { project: 'Spring' });
  }
}, 60_000);
afterAll(() => world.close());

/** Requests a list. @returns the DynamoDB requests that the answer took, and its rows. */
async function requestPage(path: string) {
  const client: { send: unknown } = DynamoDBDocumentClient.prototype;
  const original = client.send as (...given: unknown[]) => unknown;
  let queries = 0;
  let others = 0;
  client.send = function (this: unknown, command: unknown, ...more: unknown[]) {
    if (command instanceof QueryCommand) queries++;
    else others++;
    return original.call(this, command, ...more);
  };
  try {
    const { status, json } = await world.admin('GET', path);
    expect(status, path).toBe(200);
    return { queries, others, rows: Object.values(json).find(Array.isArray)?.length ?? 0 };
  } finally {
    client.send = original;
  }
}

test.each([
  ['/consents', 25],
  ['/consents?sort=number', 25],
  ['/consents?status=opted_out', 10],
  ['/consents?optInRequest=not_sent', 25],
  ['/consents?optInRequest=accepted', 0],
  ['/consents?source=form', 20],
  ['/consents?keyword=ROOF', 10],
  ['/do-not-contact', 10],
  ['/keywords/ROOF/opt-ins', 10],
  ['/leads', 25],
  ['/conversations', 20],
  ['/conversations?project=Spring', 25],
])(
  'S7 B4 the first page of %s makes three queries at most, and reads what its rows show together',
  async (path, rows) => {
    const page = await requestPage(path);
    expect(page.queries).toBeLessThanOrEqual(3);
    expect(page.others).toBeLessThanOrEqual(2);
    expect(page.rows).toBe(rows);
  },
);
