import { generateKeyPairSync } from 'node:crypto';
import { CLASSIC } from '../../infra/local/salesforce/improveit360.ts';
import { type SalesforceOptions, startSalesforceStandIn } from '../../infra/local/salesforce/stand-in.ts';
import { CLIENT_SECRET } from './secrets.ts';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export const APP = {
  clientId: '3MVG9.test-client',
  clientSecret: CLIENT_SECRET,
  username: 'sendgate@test.example',
  publicKey: keys.publicKey,
};
const LOGIN_URL = 'https://test.my.salesforce.com';
export const CLIENT_CREDENTIALS = {
  flow: 'clientCredentials' as const,
  loginUrl: LOGIN_URL,
  clientId: APP.clientId,
  clientSecret: APP.clientSecret,
};
export const JWT_BEARER = {
  flow: 'jwtBearer' as const,
  loginUrl: LOGIN_URL,
  clientId: APP.clientId,
  username: APP.username,
  privateKey: keys.privateKey,
  audience: 'https://login.salesforce.com',
};

export function startTestSalesforce(options: Partial<SalesforceOptions> = {}) {
  return startSalesforceStandIn({ app: APP, objects: CLASSIC, ...options });
}
