import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SignJWT } from 'jose';
import type { BuilderName } from '../../lib/forms/builders/index.ts';
import { FORM_SECRET, SIGNING_SECRET } from '../setup/secrets.ts';

/** A request of a builder's server: content type, body and the headers that prove it. */
export interface BuilderRequest {
  readonly contentType: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly query?: string;
}

export { FORM_SECRET, SIGNING_SECRET };

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/forms/${name}`, import.meta.url), 'utf8');
export const jsonFixture = (name: string) => JSON.parse(fixture(name));

const hmac = (...parts: string[]) => {
  const mac = createHmac('sha256', SIGNING_SECRET);
  for (const part of parts) mac.update(part);
  return mac;
};

/** Signs a request as each builder does. It was written from their documentation and not from our verifiers. */
const SIGN: Partial<
  Record<BuilderName, (body: string, now: Date, url: string) => Promise<Record<string, string>>>
> = {
  typeform: async (body) => ({ 'typeform-signature': `sha256=${hmac(body).digest('base64')}` }),
  tally: async (body) => ({ 'tally-signature': hmac(body).digest('base64') }),
  webflow: async (body, now) => {
    const timestamp = String(now.getTime());
    return {
      'x-webflow-timestamp': timestamp,
      'x-webflow-signature': hmac(`${timestamp}:${body}`).digest('hex'),
    };
  },
  wpforms: async (body, now) => {
    const t = Math.floor(now.getTime() / 1000);
    return { 'x-wpforms-webhook-signature': `t=${t},v=${hmac(`${t}.${body}`).digest('hex')}` };
  },
  formspree: async (body, now) => {
    const t = Math.floor(now.getTime() / 1000);
    return { 'formspree-signature': `t=${t},v1=${hmac(`${t}.${body}`).digest('hex')}` };
  },
  netlify: async (body) => {
    const claims = { iss: 'netlify', sha256: createHash('sha256').update(body).digest('hex') };
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });
    return { 'x-webhook-signature': await token.sign(new TextEncoder().encode(SIGNING_SECRET)) };
  },
  hubspot: async (body, now, url) => {
    const timestamp = String(now.getTime());
    return {
      'x-hubspot-request-timestamp': timestamp,
      'x-hubspot-signature-v3': hmac(`POST${url}${body}${timestamp}`).digest('base64'),
    };
  },
  'meta-lead-ads': async (body) => ({ 'x-hub-signature-256': `sha256=${hmac(body).digest('hex')}` }),
};

export const signs = (builder: BuilderName) => SIGN[builder] !== undefined;

/** Builds a request as the builder's server does. A builder that signs signs it for the given time. */
export async function requestOf(
  builder: BuilderName,
  payload: unknown,
  { now = new Date(), url = '' }: { now?: Date; url?: string } = {},
): Promise<BuilderRequest> {
  const { contentType, body } = encode(builder, payload);
  const headers = (await SIGN[builder]?.(body, now, url)) ?? {};
  if (builder === 'angi') return { contentType, body, headers: { 'x-api-key': FORM_SECRET } };
  if (builder === 'gravity-forms') {
    return { contentType, body, headers: { 'x-sendgate-secret': FORM_SECRET } };
  }
  if (signs(builder) || ['wufoo', 'formstack'].includes(builder)) return { contentType, body, headers };
  return { contentType, body, headers, query: `secret=${FORM_SECRET}` };
}

function encode(builder: BuilderName, payload: unknown): { contentType: string; body: string } {
  if (typeof payload === 'string') return { contentType: 'application/x-www-form-urlencoded', body: payload };
  if (builder === 'jotform') return multipart(payload as Record<string, string>);
  if (['elementor', 'wufoo', 'unbounce'].includes(builder)) {
    const body = new URLSearchParams(payload as Record<string, string>).toString();
    return { contentType: 'application/x-www-form-urlencoded', body };
  }
  return { contentType: 'application/json', body: JSON.stringify(payload) };
}

function multipart(fields: Record<string, string>): { contentType: string; body: string } {
  const boundary = '------------------------d74496d66958873e';
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join('')}--${boundary}--\r\n`,
  };
}
