import { createHash } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventKey } from '../../lib/consent/consent-items.ts';
import { CHECKBOX_WORDS, newNumber, setUp, submission } from './organization.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await setUp(world);
});
afterAll(() => world.close());

const certificate = (number: string, format = 'json') =>
  world.admin(
    'GET',
    `/numbers/${encodeURIComponent(number)}/certificate?format=${format}`,
    undefined,
    '[agent]',
  );

const HOSTILE = `</blockquote><script>window.ran = true</script><img src=x onerror="window.ran = true">'"&`;

/** Creates a number that opted in by checkbox, was texted, and opted out by STOP. */
async function numberWithHistory(): Promise<string> {
  const number = newNumber();
  await world.submit('quote', submission(number, { smsConsent: 'on' }));
  await world.runCycle();
  await world.text(number, HOSTILE);
  await world.text(number, 'STOP');
  return number;
}

test('X2 S7 one call gives a number’s certificate: events with evidence and hashes, verification, texts and their consent', async () => {
  const number = await numberWithHistory();
  const { status, json } = await certificate(number);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    organization: 'Test Windows',
    number,
    generatedBy: 'ada',
    verification: { holds: true, headHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    consent: { status: 'opted_out', version: 2 },
    events: [
      { sequence: 1, kind: 'explicitWeb', evidence: { wordsShown: CHECKBOX_WORDS, checkbox: 1 } },
      { sequence: 2, kind: 'optOut', evidence: { wordsSent: 'STOP' } },
    ],
    textsComplete: true,
  });
  const texts = json['texts'] as Record<string, unknown>[];
  expect(texts.map(({ direction }) => direction)).toEqual(['outbound', 'inbound', 'inbound']);
  expect(texts[0]).toMatchObject({ consentVersion: 1, consentStatus: 'opted_in' });
});

test('X2 the certificate to print shows every event and text, and what a person wrote can neither run nor change it', async () => {
  const number = await numberWithHistory();
  const { status, body, headers } = await certificate(number, 'html');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  const policy = headers['content-security-policy'] ?? '';
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/);
  const { document, ran } = new JSDOM(body, { runScripts: 'dangerously' }).window;
  expect(ran).toBeUndefined();
  expect(document.querySelectorAll('script, [src], [href], [onerror]')).toHaveLength(0);
  const style = document.querySelector('style')?.textContent ?? '';
  expect(style).not.toMatch(/url\(|@import/);
  expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
  const shown = document.querySelector('main')?.textContent ?? '';
  for (const words of [
    HOSTILE,
    CHECKBOX_WORDS,
    number,
    'Test Windows',
    'The record is intact',
    'opted out',
  ]) {
    expect(shown).toContain(words);
  }
  expect(document.querySelectorAll('article.event')).toHaveLength(2);
  expect(document.querySelectorAll('table.texts tbody tr')).toHaveLength(3);
});

test('X2 a certificate of an altered record says so, as JSON and on paper', async () => {
  const number = await numberWithHistory();
  await world.tables.client.send(
    new UpdateCommand({
      TableName: world.tables.consentTable,
      Key: eventKey(number, 1),
      UpdateExpression: 'SET evidence.wordsShown = :other',
      ExpressionAttributeValues: { ':other': 'I agree to everything.' },
    }),
  );
  const { json } = await certificate(number);
  expect(json['verification']).toMatchObject({ holds: false, fault: { sequence: 1, fault: 'altered' } });
  expect((await certificate(number, 'html')).body).toContain('The record is not intact.');
});

test('X2 an event that can no longer be read is shown as a fault, not as an error', async () => {
  const number = await numberWithHistory();
  await world.tables.client.send(
    new UpdateCommand({
      TableName: world.tables.consentTable,
      Key: eventKey(number, 2),
      UpdateExpression: 'REMOVE evidence',
    }),
  );
  const { status, json } = await certificate(number);
  expect(status).toBe(200);
  expect(json['verification']).toMatchObject({ holds: false, fault: { sequence: 2, fault: 'altered' } });
  const events = await world.admin('GET', `/numbers/${encodeURIComponent(number)}/consent/events`);
  expect(events.json).toMatchObject({ verified: { sequence: 2 }, events: [{ sequence: 1 }] });
});
