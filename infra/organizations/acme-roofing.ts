import type { Organization } from './organization.ts';

/** Shows an organization with a messaging service, its own issuer and its own host name. */
export const acmeRoofing: Organization = {
  name: 'acme-roofing',
  displayName: 'Acme Roofing',
  region: 'us-west-2',
  sender: 'MG00000000000000000000000000000000',
  issuer: { kind: 'oidc', url: 'https://login.acme-roofing.example', audience: 'sendgate' },
  cycleRateMinutes: 1,
  alarmEmail: 'texting@acme-roofing.example',
  publicUrl: 'https://texting.acme-roofing.example',
  logRetentionDays: 365,
};
