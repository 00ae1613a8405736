import { join } from 'node:path';
import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ENV } from '../../lib/runtime/env.ts';

export type EnvironmentKey = keyof typeof ENV;

export interface SendgateFunctionProps {
  /** Folder under `functions/` whose handler.ts this is. */
  readonly name: string;
  /** Its id in the stack, where its name is another construct's; else the name. */
  readonly id?: string;
  readonly organization: string;
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  readonly logRetentionDays: RetentionDays;
}

const ROOT = join(import.meta.dirname, '../..');

/**
 * A function as all of ours are: Node 24 on arm64, one minified ESM bundle with its own SDK, JSON logs that expire, active
 * tracing, and a role that may do nothing but log and trace until an owner grants it something.
 */
export class SendgateFunction extends NodejsFunction {
  /** What its logs and metrics call it: two organizations in one account never share a metric. */
  readonly serviceName: string;

  constructor(scope: Construct, props: SendgateFunctionProps) {
    const { name, organization, timeout, memoryMegabytes } = props;
    const functionName = `sendgate-${organization}-${name}`;
    const logGroup = new LogGroup(scope, `${name}-logs`, {
      logGroupName: `/sendgate/${organization}/${name}`,
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${name}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    super(scope, props.id ?? name, {
      functionName,
      role,
      entry: join(ROOT, 'functions', name, 'handler.ts'),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout,
      memorySize: memoryMegabytes,
      tracing: Tracing.ACTIVE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      projectRoot: ROOT,
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      bundling: BUNDLING,
      environment: {
        [ENV.organization]: organization,
        POWERTOOLS_SERVICE_NAME: functionName,
        POWERTOOLS_METRICS_NAMESPACE: 'sendgate',
      },
    });
    this.serviceName = functionName;
    logGroup.grantWrite(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        resources: ['*'],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray takes no resource: its two actions exist for * only.',
    });
  }

  /** Sets variables that lib/runtime/env.ts names. */
  setEnvironment(variables: Partial<Record<EnvironmentKey, string>>): void {
    for (const [key, value] of Object.entries(variables)) {
      this.addEnvironment(ENV[key as EnvironmentKey], value);
    }
  }
}

const UNUSED = join(ROOT, 'infra/bundling/unused-package.cjs');
const NODE_HTTP = join(ROOT, 'infra/bundling/node-http.cjs');

/**
 * What Twilio's client carries for features that we do not use (its own way over the network, signing requests with a public
 * key, uploads, proxies), and what stands in for it: a class that says so if it is ever reached.
 */
export const LEFT_OUT = {
  axios: UNUSED,
  'form-data': UNUSED,
  'https-proxy-agent': UNUSED,
  jsonwebtoken: UNUSED,
  qs: UNUSED,
};

const NATIVE_FETCH = join(ROOT, 'infra/bundling/native-fetch.cjs');

/** An ECMAScript import of node:http loads what no function uses: see the file that stands in for it, and decision 040. */
export const REPLACED = { ...LEFT_OUT, undici: NATIVE_FETCH, http: NODE_HTTP, 'node:http': NODE_HTTP };

/** Each function carries the SDK it was tested with; a bundle of what it uses starts faster than the runtime's copy. */
export const BUNDLING = {
  format: OutputFormat.ESM,
  minify: true,
  sourceMap: false,
  target: 'node24',
  mainFields: ['module', 'main'],
  externalModules: [],
  esbuildArgs: Object.fromEntries(Object.entries(REPLACED).map(([name, path]) => [`--alias:${name}`, path])),
  // Packages that are CommonJS inside an ESM bundle still call require for Node's own modules.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
};
