import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Organization } from '../organizations/organization.ts';
import type { Alarms } from './alarms.ts';

/** The stack of one organization, as far as the constructs in it need to know it. */
export interface OrganizationScope extends Construct {
  readonly organization: Organization;
  /** The one key of the stack. */
  readonly key: Key;
  readonly alarms: Alarms;
  /** False while the stack stands by: then no schedule runs and no table's changes are followed. */
  readonly isLive: boolean;
}
