import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { SendgateFunction } from './sendgate-function.ts';

/** Grants Twilio's two secrets, which ops put into SSM by hand (SecureString): the key that sends, and the token that signs. */
export class TwilioSecrets extends Construct {
  private readonly organization: string;

  constructor(scope: Construct, id: string, props: { readonly organization: string }) {
    super(scope, id);
    this.organization = props.organization;
  }

  /** Lets a function read the API key that sends and lists texts. */
  grantApiKey(fn: SendgateFunction): void {
    fn.setEnvironment({ twilioCredentialsParameter: this.grant(fn, 'api-key') });
  }

  /** Lets a function read the auth token that signs webhooks. */
  grantAuthToken(fn: SendgateFunction): void {
    fn.setEnvironment({ twilioAuthTokenParameter: this.grant(fn, 'auth-token') });
  }

  private grant(fn: SendgateFunction, secret: string): string {
    const name = `/sendgate/${this.organization}/twilio/${secret}`;
    const arn = Stack.of(this).formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: name.slice(1),
    });
    fn.addToRolePolicy(new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [arn] }));
    return name;
  }
}
