import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Organization } from '../organizations/organization.ts';
import type { Alarms } from './alarms.ts';

/** The parts of an organization's stack that its constructs use. */
export interface OrganizationScope extends Construct {
  readonly organization: Organization;
  /** The key that encrypts everything in the stack. */
  readonly key: Key;
  readonly alarms: Alarms;
  /** False in a standby stack: no schedule runs, and no table's changes are followed. */
  readonly isLive: boolean;
}
