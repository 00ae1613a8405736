import { CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import {
  DynamoEventSource,
  type DynamoEventSourceProps,
  SqsDlq,
  SqsEventSource,
} from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { workKinds } from '../lib/automation/work.ts';
import { EVENT_PREFIX } from '../lib/consent/consent-items.ts';
import { crmRoutes } from '../lib/crm/routes.ts';
import { FORM_SECRETS } from '../lib/forms/form-items.ts';
import { MESSAGE_SORT_KEY } from '../lib/messaging/message-items.ts';
import { senderApi } from '../lib/sender/sender-api.ts';
import { COLLECTION_INDEX } from '../lib/tables/collection.ts';
import { WORK_INDEX } from '../lib/tables/outreach.ts';
import { Configuration } from './constructs/configuration.ts';
import { ConsentRegistry } from './constructs/consent-registry.ts';
import { ExportBucket } from './constructs/export-bucket.ts';
import { HttpFront } from './constructs/http-api.ts';
import { OrganizationBus } from './constructs/organization-bus.ts';
import { Outreach } from './constructs/outreach.ts';
import { grantSalesforceCredentials } from './constructs/salesforce-secrets.ts';
import { addSchedule } from './constructs/schedule.ts';
import { SendgateFunction } from './constructs/sendgate-function.ts';
import { deadLetterQueue, SendgateQueue } from './constructs/sendgate-queue.ts';
import { TokenIssuer } from './constructs/token-issuer.ts';
import { TwilioSecrets } from './constructs/twilio-secrets.ts';
import { addMonitoring } from './monitoring.ts';
import type { Organization } from './organizations/organization.ts';

const WEBHOOK_TIMEOUT = Duration.seconds(10);
/** A batch of ten texts with the slowest carrier; `reconcile`'s grace is ten times this. */
export const GATE_TIMEOUT = Duration.seconds(60);
const SENDER_TIMEOUT = Duration.seconds(25);
/** Less than a minute: a run is over before the next begins. */
const CRM_TIMEOUT = Duration.seconds(55);
/** An export goes on in another invocation when its time runs short. */
const REGISTRY_JOBS_TIMEOUT = Duration.minutes(5);
const CHANGES_TIMEOUT = Duration.seconds(60);
const JOBS_TIMEOUT = Duration.seconds(60);
const PUBLISH_TIMEOUT = Duration.seconds(30);

/** One organization: everything it has, and nothing of another's. Reads from top to bottom as the data flows. */
export class OrganizationStack extends Stack {
  constructor(scope: Construct, id: string, organization: Organization) {
    const { name, region, account } = organization;
    super(scope, id, {
      env: { region, ...(account !== undefined && { account }) },
      description: `sendgate for ${organization.displayName}: texts leads who agreed to it`,
      terminationProtection: true,
    });
    const key = new Key(this, 'key', {
      alias: `sendgate-${name}`,
      description: `Everything that sendgate keeps for ${organization.displayName}`,
      enableKeyRotation: true,
    });
    // While it stands by, nothing runs by itself and nothing that is restored is taken for news.
    const isLive = organization.standby !== true;
    const house = { organization: name, key, isFollowed: isLive };
    const rate = (duration: Duration) => ({ rate: duration, enabled: isLive });
    const follow = (
      fn: SendgateFunction,
      { table }: { readonly table: Table },
      props: DynamoEventSourceProps,
    ) => {
      if (isLive) fn.addEventSource(new DynamoEventSource(table as ITable, props));
    };
    const fn = (functionName: string, timeout: Duration, memoryMegabytes = 512) =>
      new SendgateFunction(this, {
        name: functionName,
        organization: name,
        timeout,
        memoryMegabytes,
        logRetentionDays: organization.logRetentionDays,
      });

    // What is kept.
    const registry = new ConsentRegistry(this, 'consent', house);
    const configuration = new Configuration(this, 'configuration', house);
    const outreach = new Outreach(this, 'outreach', house);
    const secrets = new TwilioSecrets(this, 'twilio', { organization: name });

    // Form builders and Twilio post to us; admins and agents come with a token.
    const issuer = new TokenIssuer(this, 'issuer', organization);
    const http = new HttpFront(this, 'http', {
      organization: name,
      logRetentionDays: organization.logRetentionDays,
      issuer,
      ...(organization.publicUrl !== undefined && { publicUrl: organization.publicUrl }),
    });
    const { publicBaseUrl } = http;

    const formWebhook = fn('form-webhook', WEBHOOK_TIMEOUT);
    registry.grantRecord(formWebhook);
    formWebhook.setEnvironment({ publicBaseUrl, sender: organization.sender });
    configuration.grantRead(formWebhook, ['GetItem'], { signingSecrets: true });
    outreach.grantUse(formWebhook, ['GetItem', 'PutItem', 'UpdateItem']);
    http.addPublicRoute(
      '/forms/{formId}/submissions',
      formWebhook,
      "Form builders and browsers hold no token; a form can demand its builder's signature or its own secret.",
    );
    http.addPublicRoute(
      '/forms/{formId}/submissions',
      formWebhook,
      "Meta checks the address before it posts there; only the form's own word is answered.",
      HttpMethod.GET,
    );
    http.addPublicRoute(
      '/forms/{formId}/opt-in-question',
      formWebhook,
      'The opt-in question is shown to whoever fills in the form.',
      HttpMethod.GET,
    );

    const twilioInbound = fn('twilio-inbound', WEBHOOK_TIMEOUT);
    twilioInbound.setEnvironment({ publicBaseUrl });
    registry.grantRecord(twilioInbound);
    configuration.grantRead(twilioInbound, ['GetItem']);
    outreach.grantUse(twilioInbound, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    secrets.grantAuthToken(twilioInbound);
    http.addPublicRoute(
      '/twilio/inbound',
      twilioInbound,
      "Twilio's signature over the request proves the caller.",
    );

    const twilioStatus = fn('twilio-status', WEBHOOK_TIMEOUT);
    twilioStatus.setEnvironment({ publicBaseUrl });
    registry.grantRecord(twilioStatus);
    outreach.grantUse(twilioStatus, ['GetItem', 'UpdateItem']);
    secrets.grantAuthToken(twilioStatus);
    http.addPublicRoute(
      '/twilio/status',
      twilioStatus,
      "Twilio's signature over the request proves the caller.",
    );

    const adminApi = fn('admin-api', Duration.seconds(20));
    // How far the next cycle reaches, for looking ahead (X12).
    adminApi.setEnvironment({ cycleRateMinutes: String(organization.cycleRateMinutes) });
    registry.grantLists(adminApi);
    registry.grantHistory(adminApi);
    // Opt-ins and opt-outs that admins and agents enter, and imports (S6).
    registry.grantRecord(adminApi);
    configuration.grantChange(adminApi, ['GetItem', 'BatchGetItem', 'Query'], ['PutItem', 'DeleteItem']);
    outreach.grantUse(
      adminApi,
      ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
      [WORK_INDEX, COLLECTION_INDEX],
    );
    http.addProtectedRest(adminApi);

    // Exports of the whole registry, written by a job and fetched by a link of a few minutes (S7).
    const exports = new ExportBucket(this, 'exports', house);
    const registryQueue = new SendgateQueue(this, 'registry-jobs-queue', {
      queueName: `sendgate-${name}-registry-jobs`,
      key,
      consumerTimeout: REGISTRY_JOBS_TIMEOUT,
    });
    adminApi.setEnvironment({ registryJobsQueueUrl: registryQueue.queue.queueUrl });
    exports.grantLink(adminApi);
    const registryJobs = fn('registry-jobs', REGISTRY_JOBS_TIMEOUT, 1024);
    registryJobs.setEnvironment({ registryJobsQueueUrl: registryQueue.queue.queueUrl });
    registry.grantWalk(registryJobs);
    outreach.grantUse(registryJobs, ['GetItem', 'UpdateItem']);
    exports.grantWrite(registryJobs);
    for (const sender of [adminApi, registryJobs]) registryQueue.queue.grant(sender, 'sqs:SendMessage');
    registryJobs.addEventSource(
      new SqsEventSource(registryQueue.queue, {
        batchSize: 1,
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );

    // Asking Twilio about the sender takes the key that sends, which no other request may come near.
    const senderAdmin = fn('sender-admin', SENDER_TIMEOUT);
    senderAdmin.setEnvironment({ publicBaseUrl, sender: organization.sender });
    configuration.grantChange(senderAdmin, ['GetItem'], ['PutItem']);
    secrets.grantApiKey(senderAdmin);
    http.addProtectedRoutes(Object.values(senderApi), senderAdmin);
    // Consents that Twilio may not know of, told to its list (X9): 25 numbers a call, 100 calls a minute.
    const carrierList = new SendgateQueue(this, 'carrier-list', {
      queueName: `sendgate-${name}-carrier-list`,
      key,
      consumerTimeout: SENDER_TIMEOUT,
    });
    registry.grantRecord(senderAdmin);
    registry.grantHistory(senderAdmin);
    senderAdmin.addEventSource(
      new SqsEventSource(carrierList.queue, {
        batchSize: 25,
        maxBatchingWindow: Duration.seconds(5),
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );

    // What is due goes through two lanes to the gate, the only place from which a text leaves.
    const lane = (lane: string) =>
      new SendgateQueue(this, lane, {
        queueName: `sendgate-${name}-${lane}`,
        key,
        consumerTimeout: GATE_TIMEOUT,
      });
    const priority = lane('priority');
    const bulk = lane('bulk');
    // An agent's text does not wait for a cycle.
    priority.queue.grant(adminApi, 'sqs:SendMessage');
    adminApi.setEnvironment({ priorityQueueUrl: priority.queue.queueUrl });

    const cycle = fn('automation-cycle', Duration.minutes(2));
    outreach.grantUse(cycle, ['GetItem', 'PutItem'], [WORK_INDEX]);
    cycle.setEnvironment({
      priorityQueueUrl: priority.queue.queueUrl,
      bulkQueueUrl: bulk.queue.queueUrl,
    });
    for (const { queue } of [priority, bulk]) {
      queue.grant(cycle, 'sqs:SendMessage');
      key.grantEncryptDecrypt(cycle);
    }
    for (const kind of workKinds) {
      addSchedule(this, `cycle-${kind}`, rate(Duration.minutes(organization.cycleRateMinutes)), cycle, {
        kind,
      });
    }
    addSchedule(this, 'sweep', rate(Duration.minutes(15)), cycle, { sweep: true });

    const sendGate = fn('send-gate', GATE_TIMEOUT, 1024);
    sendGate.setEnvironment({ publicBaseUrl, sender: organization.sender });
    registry.grantRecord(sendGate);
    registry.grantCondition(sendGate);
    configuration.grantRead(sendGate, ['BatchGetItem']);
    outreach.grantUse(sendGate, ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
    secrets.grantApiKey(sendGate);
    const batches = { batchSize: 10, reportBatchItemFailures: true };
    // Together they may never send so much that a full partition keeps a text from being written in time, and the broadcast lane
    // leaves workers to everybody else (decision 151).
    sendGate.addEventSource(new SqsEventSource(priority.queue, { ...batches, maxConcurrency: 150 }));
    sendGate.addEventSource(new SqsEventSource(bulk.queue, { ...batches, maxConcurrency: 40 }));

    // News wakes who waited for it. Work that is too large for one invocation is queued page by page.
    const jobs = new SendgateQueue(this, 'jobs', {
      queueName: `sendgate-${name}-jobs`,
      key,
      consumerTimeout: JOBS_TIMEOUT,
    });
    const jobsFunction = new SendgateFunction(this, {
      name: 'jobs',
      id: 'jobs-function',
      organization: name,
      timeout: JOBS_TIMEOUT,
      memoryMegabytes: 512,
      logRetentionDays: organization.logRetentionDays,
    });
    outreach.grantUse(
      jobsFunction,
      ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
      [WORK_INDEX],
    );
    configuration.grantRead(jobsFunction, ['GetItem']);
    // "Add Opt-Ins" pages through the opt-ins by a keyword (T6).
    registry.grantKeywordList(jobsFunction);
    jobsFunction.setEnvironment({
      jobsQueueUrl: jobs.queue.queueUrl,
      carrierListQueueUrl: carrierList.queue.queueUrl,
    });
    for (const { queue } of [jobs, carrierList]) queue.grant(jobsFunction, 'sqs:SendMessage');
    jobsFunction.addEventSource(
      new SqsEventSource(jobs.queue, { batchSize: 1, reportBatchItemFailures: true }),
    );
    const consentChanges = fn('consent-changes', CHANGES_TIMEOUT);
    outreach.grantUse(consentChanges, ['GetItem', 'Query', 'PutItem']);
    configuration.grantRead(consentChanges, ['GetItem']);
    consentChanges.setEnvironment({
      consentTable: registry.table.tableName,
      jobsQueueUrl: jobs.queue.queueUrl,
      carrierListQueueUrl: carrierList.queue.queueUrl,
      priorityQueueUrl: priority.queue.queueUrl,
    });
    for (const { queue } of [jobs, carrierList, priority]) queue.grant(consentChanges, 'sqs:SendMessage');
    const stream = {
      startingPosition: StartingPosition.TRIM_HORIZON,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 10,
      onFailure: new SqsDlq(jobs.deadLetters),
    };
    follow(consentChanges, registry, {
      ...stream,
      // Events only: the state and the marker that every event is written with say nothing more.
      filters: [
        FilterCriteria.filter({
          dynamodb: { NewImage: { sk: { S: FilterRule.beginsWith(EVENT_PREFIX) } } },
        }),
      ],
    });
    follow(consentChanges, configuration, {
      ...stream,
      // What changes for those who wait; a builder's secret is nothing of that, and none of this function's business.
      filters: [
        FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: FilterRule.notEquals(FORM_SECRETS) } } } }),
      ],
    });

    // Who wants to follow hears of it on the bus. Sending knows nothing of that.
    const bus = new OrganizationBus(this, 'events', house);
    const unpublished = deadLetterQueue(this, 'unpublished', {
      queueName: `sendgate-${name}-unpublished`,
      key,
    });
    Validations.of(unpublished).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: of streams, which name it in their mappings.',
    });
    const publishEvents = fn('publish-events', PUBLISH_TIMEOUT);
    bus.grantPublish(publishEvents);
    publishEvents.setEnvironment({
      consentTable: registry.table.tableName,
      outreachTable: outreach.table.tableName,
    });
    const published = {
      ...stream,
      // An outage of the bus loses no event: the stream keeps a day, half of it is for trying again.
      retryAttempts: 10_000,
      maxRecordAge: Duration.hours(12),
      onFailure: new SqsDlq(unpublished),
    };
    follow(publishEvents, registry, {
      ...published,
      filters: [
        FilterCriteria.filter({
          dynamodb: {
            NewImage: {
              sk: { S: FilterRule.beginsWith(EVENT_PREFIX) },
              effect: { S: FilterRule.isEqual('changed') },
            },
          },
        }),
      ],
    });
    follow(publishEvents, outreach, {
      ...published,
      // Texts of ours only: leads, enrollments and received texts cost nothing.
      filters: [
        FilterCriteria.filter({
          dynamodb: {
            NewImage: {
              sk: { S: FilterRule.isEqual(MESSAGE_SORT_KEY) },
              direction: { S: FilterRule.isEqual('outbound') },
            },
          },
        }),
      ],
    });

    // What the organization's people attest in ImproveIt 360, and what leads ticked. It alone can log in to Salesforce, so it
    // serves the preferences too, which are verified there.
    const crmLookup = fn('crm-lookup', CRM_TIMEOUT);
    registry.grantRecord(crmLookup);
    configuration.grantChange(crmLookup, ['GetItem', 'Query'], ['PutItem', 'DeleteItem']);
    outreach.grantUse(crmLookup, ['GetItem', 'BatchGetItem', 'PutItem'], [WORK_INDEX, COLLECTION_INDEX]);
    grantSalesforceCredentials(crmLookup, name);
    http.addProtectedRoutes(crmRoutes, crmLookup);
    addSchedule(this, 'crm-arrivals', rate(Duration.minutes(1)), crmLookup, {});
    addSchedule(this, 'crm-waiting', rate(Duration.minutes(5)), crmLookup, { sweep: true });

    // Nothing stays in doubt.
    const reconcile = fn('reconcile', Duration.minutes(4));
    reconcile.setEnvironment({ sender: organization.sender });
    registry.grantRecord(reconcile);
    configuration.grantRead(reconcile, ['GetItem']);
    outreach.grantUse(reconcile, ['GetItem', 'PutItem', 'UpdateItem'], [WORK_INDEX, COLLECTION_INDEX]);
    secrets.grantApiKey(reconcile);
    addSchedule(this, 'reconcile-schedule', rate(Duration.minutes(5)), reconcile, {});

    addMonitoring(this, {
      organization,
      key,
      formWebhook,
      twilioInbound,
      twilioStatus,
      adminApi,
      registryJobs,
      registryQueue,
      senderAdmin,
      cycle,
      sendGate,
      consentChanges,
      crmLookup,
      reconcile,
      publishEvents,
      unpublished,
      priority,
      bulk,
      jobs,
      carrierList,
    });

    for (const role of [
      adminApi,
      registryJobs,
      senderAdmin,
      formWebhook,
      twilioInbound,
      twilioStatus,
      cycle,
      sendGate,
      crmLookup,
      consentChanges,
      jobsFunction,
      publishEvents,
      reconcile,
    ]) {
      acknowledgeKeyActions(role);
    }
    new CfnOutput(this, 'ApiUrl', { value: publicBaseUrl });
    new CfnOutput(this, 'InboundWebhookUrl', { value: `${publicBaseUrl}/twilio/inbound` });
    new CfnOutput(this, 'TokenIssuer', { value: issuer.url });
    new CfnOutput(this, 'TokenAudience', { value: issuer.audience.join(',') });
  }
}

/** KMS grants name families of actions on this stack's one key. */
function acknowledgeKeyActions(fn: SendgateFunction): void {
  if (!fn.role) return;
  const reason =
    "Encrypting under the stack's own key takes these two families of actions, on that key alone.";
  for (const action of ['kms:GenerateDataKey*', 'kms:ReEncrypt*']) {
    Validations.of(fn.role).acknowledge({ id: `AwsSolutions-IAM5[Action::${action}]`, reason });
  }
}
