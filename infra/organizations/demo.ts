import type { Organization } from './organization.ts';

/** Configures the organization that `npm start` runs. */
export const demo: Organization = {
  name: 'demo',
  displayName: 'Demo Windows',
  region: 'us-east-1',
  sender: '+13035550100',
  issuer: { kind: 'cognito' },
  cycleRateMinutes: 1,
  alarmEmail: 'ops@example.com',
  logRetentionDays: 30,
};
