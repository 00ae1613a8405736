import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { addAdminApi } from './capabilities/admin-api.ts';
import { addConsentChanges } from './capabilities/consent-changes.ts';
import { addCrm } from './capabilities/crm.ts';
import { addEvents } from './capabilities/events.ts';
import { addFormIntake } from './capabilities/form-intake.ts';
import { addReconcile } from './capabilities/reconcile.ts';
import { addSender } from './capabilities/sender.ts';
import { addSending } from './capabilities/sending.ts';
import { addTwilioWebhooks } from './capabilities/twilio-webhooks.ts';
import { Alarms } from './constructs/alarms.ts';
import { Configuration } from './constructs/configuration.ts';
import { ConsentRegistry } from './constructs/consent-registry.ts';
import { SendgateHttpApi } from './constructs/http-api.ts';
import type { OrganizationScope } from './constructs/organization-scope.ts';
import { Outreach } from './constructs/outreach.ts';
import { TokenIssuer } from './constructs/token-issuer.ts';
import { TwilioSecrets } from './constructs/twilio-secrets.ts';
import { Monitoring } from './monitoring.ts';
import type { Organization } from './organizations/organization.ts';

/**
 * Holds everything of one organization, and nothing of another: the tables, the HTTP API, and the capabilities in the order of
 * the data flow. Each capability is a function in `capabilities/` with this stack as its scope.
 */
export class OrganizationStack extends Stack implements OrganizationScope {
  readonly organization: Organization;
  readonly isLive: boolean;
  readonly key: Key;
  readonly alarms: Alarms;
  readonly registry: ConsentRegistry;
  readonly configuration: Configuration;
  readonly outreach: Outreach;
  readonly twilioSecrets: TwilioSecrets;
  readonly http: SendgateHttpApi;

  constructor(scope: Construct, id: string, organization: Organization) {
    const { name, displayName, region, account, logRetentionDays, publicUrl } = organization;
    super(scope, id, {
      env: { region, ...(account !== undefined && { account }) },
      description: `sendgate for ${displayName}: texts leads who agreed to it`,
      terminationProtection: true,
    });
    this.organization = organization;
    this.isLive = organization.standby !== true;
    this.key = new Key(this, 'key', {
      alias: `sendgate-${name}`,
      description: `Everything that sendgate keeps for ${displayName}`,
      enableKeyRotation: true,
    });
    this.alarms = new Alarms(this, 'alarms', { organization, key: this.key });

    // Three tables hold consent, the admins' configuration, and leads with their texts. Each construct grants the use of its table.
    const tables = { organization: name, key: this.key, isFollowed: this.isLive };
    this.registry = new ConsentRegistry(this, 'consent', tables);
    this.configuration = new Configuration(this, 'configuration', tables);
    this.outreach = new Outreach(this, 'outreach', tables);
    this.twilioSecrets = new TwilioSecrets(this, 'twilio', { organization: name });

    // Form builders and Twilio post to public routes. Admins and agents send a token.
    const issuer = new TokenIssuer(this, 'issuer', organization);
    this.http = new SendgateHttpApi(this, 'http', {
      organization: name,
      logRetentionDays,
      issuer,
      ...(publicUrl !== undefined && { publicUrl }),
    });
    // A STOP can be among the requests that fail.
    this.alarms.onServerErrors(
      this.http.metricServerErrors(),
      'Someone who texted STOP may still be texted, and submissions of forms may be lost: the API answers with errors.',
    );

    addFormIntake(this);
    addTwilioWebhooks(this);
    const { carrierList } = addSender(this);
    const { priority, cycle, sendGate } = addSending(this);
    const { consentChanges } = addConsentChanges(this, { priority, carrierList });
    addAdminApi(this, { priority });
    addEvents(this);
    addCrm(this);
    addReconcile(this);

    new Monitoring(this, 'dashboard', { organization: name, cycle, sendGate, consentChanges });
    new CfnOutput(this, 'ApiUrl', { value: this.http.publicBaseUrl });
    new CfnOutput(this, 'InboundWebhookUrl', { value: `${this.http.publicBaseUrl}/twilio/inbound` });
    new CfnOutput(this, 'TokenIssuer', { value: issuer.url });
    new CfnOutput(this, 'TokenAudience', { value: issuer.audience.join(',') });
  }
}
