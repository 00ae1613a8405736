import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Organization } from '../organizations/organization.ts';

/** Names the issuer of admins' and agents' tokens: a user pool of the stack, or the organization's own OIDC issuer. */
export class TokenIssuer extends Construct {
  readonly url: string;
  readonly audience: readonly string[];

  constructor(scope: Construct, id: string, organization: Organization) {
    super(scope, id);
    const { issuer, name } = organization;
    if (issuer.kind === 'oidc') {
      this.url = issuer.url;
      this.audience = [issuer.audience];
      return;
    }
    const pool = new UserPool(this, 'users', {
      userPoolName: `sendgate-${name}`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { sms: false, otp: true },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const groupName of ['admin', 'agent']) pool.addGroup(groupName, { groupName });
    const client = pool.addClient('console', {
      authFlows: { userSrp: true },
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(7),
      preventUserExistenceErrors: true,
    });
    this.url = `https://cognito-idp.${Stack.of(this).region}.amazonaws.com/${pool.userPoolId}`;
    this.audience = [client.userPoolClientId];
  }
}
