import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { receiveSubmission as receiveForm } from '../../functions/form-webhook/receive.ts';
import { type BatchResult, type DueRecord, processBatch } from '../../functions/send-gate/process-batch.ts';
import { receiveText } from '../../functions/twilio-inbound/receive.ts';
import { createEnrollmentStore } from '../../lib/automation/enrollment-store.ts';
import { createConfiguration } from '../../lib/configuration/configuration.ts';
import { createConsentRegistry } from '../../lib/consent/registry.ts';
import { createConversationStore } from '../../lib/conversations/conversation-store.ts';
import { createCrmJobQueue } from '../../lib/crm/enqueue-crm-job.ts';
import { createSubmissionLimiter } from '../../lib/forms/submission-limits.ts';
import { createSubmissionStore } from '../../lib/forms/submission-store.ts';
import { createSenderRefusalStore } from '../../lib/gate/sender-refusal.ts';
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';

/** Says at which await a process crashes, or what happens meanwhile. Awaits are counted from 1. */
export interface CrashPlan {
  readonly crashesAt?: number | undefined;
  /** The process crashes once the call was answered, not before the call was made. */
  readonly afterAnswer?: boolean;
  /** Something happens elsewhere before the call is made. */
  readonly meanwhile?: { readonly at: number; readonly happens: () => Promise<void> } | undefined;
}

/** Breaks a worker on purpose, so that a test can show that the model notices. */
export interface Sabotage {
  readonly client?: (client: DynamoDBDocumentClient) => DynamoDBDocumentClient;
  readonly carrier?: (carrier: Carrier) => Carrier;
}

const now = () => new Date();
const forever = new Promise<never>(() => {});

/** Starts a process that can crash at any await: from then on none of its calls is made, and none returns. */
function startProcess(plan: CrashPlan) {
  let awaits = 0;
  let isCrashed = false;
  let crash: (outcome: 'crashed') => void;
  const crashed = new Promise<'crashed'>((resolve) => {
    crash = resolve;
  });
  async function call<T>(make: () => Promise<T>): Promise<T> {
    const at = ++awaits;
    const end = (): Promise<never> => {
      isCrashed = true;
      crash('crashed');
      return forever;
    };
    if (isCrashed) return forever;
    if (plan.meanwhile?.at === at) await plan.meanwhile.happens();
    if (plan.crashesAt === at && !plan.afterAnswer) return end();
    const answer = await make();
    if (isCrashed) return forever;
    return plan.crashesAt === at ? end() : answer;
  }
  return { call, crashed };
}

/** Makes every request of a client an await of the process. */
function crashableClient(client: DynamoDBDocumentClient, call: ReturnType<typeof startProcess>['call']) {
  const send = client.send.bind(client) as (command: never) => Promise<unknown>;
  const crashable: DynamoDBDocumentClient = Object.create(client);
  return Object.assign(crashable, { send: (command: never) => call(() => send(command)) });
}

/** Wires the workers as their handlers do, with a client that follows a crash plan. */
export async function createCrashableHandlers(
  given: DynamoDBDocumentClient,
  { client: sabotageClient, carrier: sabotageCarrier }: Sabotage,
) {
  const env = readEnv([
    'organization',
    'consentTable',
    'configurationTable',
    'outreachTable',
    'publicBaseUrl',
    'twilioCredentialsParameter',
    'twilioBaseUrl',
    'sender',
  ]);
  const credentials = await twilioCredentials(env.twilioCredentialsParameter);
  const baseUrl = env.twilioBaseUrl === undefined ? {} : { baseUrl: env.twilioBaseUrl };
  const twilio = createTwilioCarrier({ credentials, sender: env.sender, ...baseUrl });
  const carrier = sabotageCarrier?.(twilio) ?? twilio;

  function createDeps(client: DynamoDBDocumentClient) {
    const outreach = { client, table: env.outreachTable, now };
    return {
      ...env,
      client,
      now,
      registry: createConsentRegistry({ client, table: env.consentTable, now }),
      messages: createMessageStore(outreach),
      leads: createLeadStore(outreach),
      senderRefusals: createSenderRefusalStore(outreach),
      enrollments: createEnrollmentStore(outreach),
      conversations: createConversationStore(outreach),
      submissions: createSubmissionStore(outreach),
      limiter: createSubmissionLimiter(outreach),
      crmJobQueue: createCrmJobQueue({ ...env, client, now }),
      configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
    };
  }
  function start(plan: CrashPlan) {
    const { call, crashed } = startProcess(plan);
    const client = crashableClient(given, call);
    return { call, crashed, deps: createDeps(sabotageClient?.(client) ?? client) };
  }

  return {
    gate: (records: readonly DueRecord[], plan: CrashPlan): Promise<BatchResult | 'crashed'> => {
      const { call, crashed, deps } = start(plan);
      const crashableCarrier: Carrier = { ...carrier, send: (text) => call(() => carrier.send(text)) };
      return Promise.race([processBatch({ ...deps, carrier: crashableCarrier }, records), crashed]);
    },
    form: async (formId: string, body: string, crashesAt: number): Promise<'crashed' | 'finished'> => {
      const { crashed, deps } = start({ crashesAt, afterAnswer: true });
      const post = {
        formId,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(body),
        url: `${env.publicBaseUrl}/forms/${formId}/submissions`,
        secret: undefined,
        ip: undefined,
      };
      return Promise.race([receiveForm(deps, post).then(() => 'finished' as const), crashed]);
    },
    inbound: async (
      text: {
        readonly messageSid: string;
        readonly from: string;
        readonly to: string;
        readonly body: string;
      },
      crashesAt: number,
    ): Promise<'crashed' | 'finished'> => {
      const { crashed, deps } = start({ crashesAt, afterAnswer: true });
      const received = receiveText(deps, { ...text, optOutType: undefined, carrierActs: true });
      return Promise.race([received.then(() => 'finished' as const), crashed]);
    },
  };
}
