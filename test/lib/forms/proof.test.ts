import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { builders } from '../../../lib/forms/builders/index.ts';
import type { Proof, SignedRequest } from '../../../lib/forms/proof/proof.ts';
import { verifySignature } from '../../../lib/forms/proof/verify.ts';

const NOW = new Date('2026-11-20T15:04:05Z');
const SECRET = 'the-secret-both-sides-know';

async function verify(proof: Proof, request: SignedRequest, secret = SECRET) {
  if (proof.scheme === 'secret') throw new Error('This builder signs nothing');
  return verifySignature(proof, secret, request, NOW);
}

test('HubSpot signs the URI with the escapes that it decodes, and with those that it leaves', async () => {
  const url = 'https://api.example.com/forms/quote/submissions?a=%2Fpath%3A1&b=%20x%26';
  const signed = 'https://api.example.com/forms/quote/submissions?a=/path:1&b=%20x%26';
  const timestamp = String(NOW.getTime());
  const signature = createHmac('sha256', SECRET).update(`POST${signed}{}${timestamp}`).digest('base64');
  const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp };
  const request = { headers, body: Buffer.from('{}'), method: 'POST', url };
  expect(await verify(builders.hubspot.proof, request)).toBe('proved');
  const elsewhere = { ...request, url: url.replace('quote', 'other') };
  expect(await verify(builders.hubspot.proof, elsewhere)).toBe('wrong');
});

test('a signature of another length, in another encoding or with a timestamp that is none proves nothing and throws nothing', async () => {
  const body = Buffer.from('{}');
  const request = (headers: Record<string, string>) => ({ headers, body, method: 'POST', url: '' });
  const { typeform, webflow, wpforms, netlify } = builders;
  const hex = createHmac('sha256', SECRET).update(body).digest('hex');
  const cases = [
    [typeform, { 'typeform-signature': `sha256=${hex}` }, 'wrong'],
    [typeform, { 'typeform-signature': 'sha256=' }, 'wrong'],
    [typeform, { 'typeform-signature': hex }, 'missing'],
    [webflow, { 'x-webflow-signature': hex, 'x-webflow-timestamp': 'now' }, 'missing'],
    [webflow, { 'x-webflow-signature': hex }, 'missing'],
    [wpforms, { 'x-wpforms-webhook-signature': 't=1' }, 'missing'],
    [wpforms, { 'x-wpforms-webhook-signature': 'garbage' }, 'missing'],
    [netlify, { 'x-webhook-signature': 'a.b.c' }, 'wrong'],
  ] as const;
  for (const [{ proof }, headers, verdict] of cases) {
    expect(await verify(proof, request(headers))).toBe(verdict);
  }
});

test('an empty signing secret is an error: it would verify any forgery', async () => {
  const request = { headers: {}, body: Buffer.from(''), method: 'POST', url: '' };
  await expect(verify(builders.tally.proof, request, '')).rejects.toThrow('empty');
});
