import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { SendgateFunction } from './sendgate-function.ts';

/** Lets a function read the Salesforce credentials, which ops put into SSM by hand (SecureString). */
export function grantSalesforceCredentials(fn: SendgateFunction, organization: string): void {
  const name = `/sendgate/${organization}/salesforce/credentials`;
  const arn = Stack.of(fn).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: name.slice(1),
  });
  fn.addToRolePolicy(new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [arn] }));
  fn.setEnvironment({ salesforceCredentialsParameter: name });
}
