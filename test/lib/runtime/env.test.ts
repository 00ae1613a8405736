import { expect, test } from 'vitest';
import { readEnv } from '../../../lib/runtime/env.ts';

const source = { ORGANIZATION: 'Acme', PUBLIC_BASE_URL: 'https://api.example.com' };

test('a function starts with the variables it names, and an optional one may be missing', () => {
  expect(readEnv(['organization', 'publicBaseUrl', 'twilioBaseUrl'], source)).toEqual({
    organization: 'Acme',
    publicBaseUrl: 'https://api.example.com',
    twilioBaseUrl: undefined,
  });
});

test('a wrong deployment fails the cold start and names every variable at fault, never a value', () => {
  const wrong = { ORGANIZATION: '', PUBLIC_BASE_URL: 'secret-value', TWILIO_BASE_URL: 'secret-value' };
  const read = () => readEnv(['organization', 'publicBaseUrl', 'sender', 'twilioBaseUrl'], wrong);
  expect(read).toThrow(/ORGANIZATION, PUBLIC_BASE_URL, SENDER, TWILIO_BASE_URL$/);
  expect(read).not.toThrow(/secret-value/);
});
