import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { JWK } from 'jose';
import { createSigningKey } from './tokens.ts';

/** Secrets that a real organization keeps in SSM, and its token issuer's key. They are created once and stored with the state. */
export interface LocalSecrets {
  readonly accountSid: string;
  readonly apiKeySid: string;
  readonly apiKeySecret: string;
  readonly authToken: string;
  readonly signingKey: JWK;
}

const hex = () => randomBytes(16).toString('hex');

export async function loadLocalSecrets(path: string): Promise<LocalSecrets> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as LocalSecrets;
  const secrets: LocalSecrets = {
    accountSid: `AC${hex()}`,
    apiKeySid: `SK${hex()}`,
    apiKeySecret: hex(),
    authToken: hex(),
    signingKey: await createSigningKey(),
  };
  writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
