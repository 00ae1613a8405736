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
import { createLeadStore } from '../../lib/leads/lead-store.ts';
import type { Carrier } from '../../lib/messaging/carrier.ts';
import { createMessageStore } from '../../lib/messaging/message-store.ts';
import { createTwilioCarrier } from '../../lib/messaging/twilio-carrier.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { twilioCredentials } from '../../lib/runtime/secrets.ts';

/** What happens to a process at one of its awaits, which are counted from 1. */
export interface CrashPlan {
  readonly dies?: number | undefined;
  /** It dies when the call was answered, not before it was made. */
  readonly answered?: boolean;
  /** Something happens elsewhere before the call is made. */
  readonly meanwhile?: { readonly at: number; readonly happens: () => Promise<void> } | undefined;
}

/** How a worker is broken on purpose, to see that the model notices. */
export interface Sabotage {
  readonly client?: (client: DynamoDBDocumentClient) => DynamoDBDocumentClient;
  readonly carrier?: (carrier: Carrier) => Carrier;
}

const now = () => new Date();
const forever = new Promise<never>(() => {});

/** A process that can end at any await: from then on none of its calls is made, and none returns. */
function life(fate: CrashPlan) {
  let awaits = 0;
  let isDead = false;
  let die: (outcome: 'died') => void;
  const death = new Promise<'died'>((resolve) => {
    die = resolve;
  });
  async function call<T>(make: () => Promise<T>): Promise<T> {
    const at = ++awaits;
    const end = (): Promise<never> => {
      isDead = true;
      die('died');
      return forever;
    };
    if (isDead) return forever;
    if (fate.meanwhile?.at === at) await fate.meanwhile.happens();
    if (fate.dies === at && !fate.answered) return end();
    const answer = await make();
    if (isDead) return forever;
    return fate.dies === at ? end() : answer;
  }
  return { call, death };
}

/** A client whose every request is an await of the process. */
function mortalClient(client: DynamoDBDocumentClient, call: ReturnType<typeof life>['call']) {
  const send = client.send.bind(client) as (command: never) => Promise<unknown>;
  const mortal: DynamoDBDocumentClient = Object.create(client);
  return Object.assign(mortal, { send: (command: never) => call(() => send(command)) });
}

/** The workers as their handlers wire them, with a client that obeys a fate. */
export async function createCrashableHandlers(
  given: DynamoDBDocumentClient,
  { client: spoil, carrier: spoilCarrier }: Sabotage,
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
  const carrier = spoilCarrier?.(twilio) ?? twilio;

  function depsOf(client: DynamoDBDocumentClient) {
    const outreach = { client, table: env.outreachTable, now };
    return {
      ...env,
      client,
      now,
      registry: createConsentRegistry({ client, table: env.consentTable, now }),
      messages: createMessageStore(outreach),
      leads: createLeadStore(outreach),
      enrollments: createEnrollmentStore(outreach),
      conversations: createConversationStore(outreach),
      submissions: createSubmissionStore(outreach),
      limiter: createSubmissionLimiter(outreach),
      crmJobQueue: createCrmJobQueue({ ...env, client, now }),
      configuration: createConfiguration({ ...env, client, table: env.configurationTable, now }),
    };
  }
  function born(fate: CrashPlan) {
    const { call, death } = life(fate);
    const mortal = mortalClient(given, call);
    return { call, death, deps: depsOf(spoil?.(mortal) ?? mortal) };
  }

  return {
    gate: (records: readonly DueRecord[], fate: CrashPlan): Promise<BatchResult | 'died'> => {
      const { call, death, deps } = born(fate);
      const mortalCarrier: Carrier = { ...carrier, send: (text) => call(() => carrier.send(text)) };
      return Promise.race([processBatch({ ...deps, carrier: mortalCarrier }, records), death]);
    },
    form: async (formId: string, body: string, dies: number): Promise<'died' | 'lived'> => {
      const { death, deps } = born({ dies, answered: true });
      const post = {
        formId,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(body),
        url: `${env.publicBaseUrl}/forms/${formId}/submissions`,
        secret: undefined,
        ip: undefined,
      };
      return Promise.race([receiveForm(deps, post).then(() => 'lived' as const), death]);
    },
    inbound: async (
      text: {
        readonly messageSid: string;
        readonly from: string;
        readonly to: string;
        readonly body: string;
      },
      dies: number,
    ): Promise<'died' | 'lived'> => {
      const { death, deps } = born({ dies, answered: true });
      const received = receiveText(deps, { ...text, optOutType: undefined });
      return Promise.race([received.then(() => 'lived' as const), death]);
    },
  };
}
