/** Names of the environment variables, shared by the stack that sets them and the functions that read them. */
export const ENV = {
  organization: 'ORGANIZATION',
  consentTable: 'CONSENT_TABLE',
  configurationTable: 'CONFIGURATION_TABLE',
  outreachTable: 'OUTREACH_TABLE',
  priorityQueueUrl: 'PRIORITY_QUEUE_URL',
  bulkQueueUrl: 'BULK_QUEUE_URL',
  jobsQueueUrl: 'JOBS_QUEUE_URL',
  carrierListQueueUrl: 'CARRIER_LIST_QUEUE_URL',
  registryJobsQueueUrl: 'REGISTRY_JOBS_QUEUE_URL',
  exportBucket: 'EXPORT_BUCKET',
  /** Set only by the local runner, where a bucket is a path and no host name. */
  s3Endpoint: 'AWS_ENDPOINT_URL_S3',
  eventBus: 'EVENT_BUS',
  publicBaseUrl: 'PUBLIC_BASE_URL',
  cycleRateMinutes: 'CYCLE_RATE_MINUTES',
  twilioCredentialsParameter: 'TWILIO_CREDENTIALS_PARAMETER',
  twilioAuthTokenParameter: 'TWILIO_AUTH_TOKEN_PARAMETER',
  twilioBaseUrl: 'TWILIO_BASE_URL',
  sender: 'SENDER',
  salesforceCredentialsParameter: 'SALESFORCE_CREDENTIALS_PARAMETER',
  salesforceBaseUrl: 'SALESFORCE_BASE_URL',
} as const;

type EnvKey = keyof typeof ENV;
type OptionalKey = 'twilioBaseUrl' | 'salesforceBaseUrl' | 's3Endpoint';
const OPTIONAL: ReadonlySet<EnvKey> = new Set<OptionalKey>([
  'twilioBaseUrl',
  'salesforceBaseUrl',
  's3Endpoint',
]);
const URLS: ReadonlySet<EnvKey> = new Set([
  'priorityQueueUrl',
  'bulkQueueUrl',
  'jobsQueueUrl',
  'carrierListQueueUrl',
  'registryJobsQueueUrl',
  's3Endpoint',
  'publicBaseUrl',
  'twilioBaseUrl',
  'salesforceBaseUrl',
]);

type Environment<K extends EnvKey> = {
  readonly [P in K as P extends OptionalKey ? never : P]: string;
} & { readonly [P in K as P extends OptionalKey ? P : never]?: string };

/**
 * Reads the named variables once, at cold start.
 *
 * @throws Error naming every variable that is missing or malformed, so that a wrong deployment fails before
 *   it takes a request. The message never contains a value.
 */
export function readEnv<K extends EnvKey>(keys: readonly K[], source = process.env): Environment<K> {
  const values = keys.map((key) => [key, source[ENV[key]]] as const);
  const wrong = values.filter(([key, value]) => !isWellFormed(key, value)).map(([key]) => ENV[key]);
  if (wrong.length > 0) throw new Error(`Environment variables missing or malformed: ${wrong.join(', ')}`);
  return Object.fromEntries(values) as Environment<K>;
}

/** Checks a variable without zod: compiling a schema would add 3 ms to every cold start. */
function isWellFormed(key: EnvKey, value: string | undefined): boolean {
  if (value === undefined) return OPTIONAL.has(key);
  return URLS.has(key) ? URL.canParse(value) : value !== '';
}

/** Returns the endpoint of Systems Manager from the SDK's own variables; undefined for AWS's endpoint. */
export function parameterEndpoint(source = process.env): string | undefined {
  return source['AWS_ENDPOINT_URL_SSM'] ?? source['AWS_ENDPOINT_URL'];
}
