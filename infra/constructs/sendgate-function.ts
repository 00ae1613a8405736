import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ENV } from '../../lib/runtime/env.ts';
import { functionCode, MODULE } from '../bundling/function-code.ts';
import type { OrganizationScope } from './organization-scope.ts';

export type EnvironmentKey = keyof typeof ENV;

export interface SendgateFunctionProps {
  /** The folder under `functions/` that holds its handler.ts. */
  readonly name: string;
  /** The construct's id; the name when absent. Another construct of the stack may have that name. */
  readonly id?: string;
  readonly timeout: Duration;
  readonly memoryMegabytes?: number;
  /** Who is harmed when the function fails: the sentence that its alarm says. */
  readonly errorImpact: string;
}

const DEFAULT_MEMORY_MEGABYTES = 512;

/**
 * Creates a Lambda function in the shape of all functions: Node 24 on arm64, one minified ESM bundle with its own SDK, JSON logs
 * that expire, active tracing, and an alarm on its errors. Its role may only log and trace until an owner grants it more.
 */
export class SendgateFunction extends LambdaFunction {
  readonly name: string;
  /** The function's name in logs and metrics. Two organizations in one account never share a metric. */
  readonly serviceName: string;

  constructor(scope: OrganizationScope, props: SendgateFunctionProps) {
    const { name, id = name, timeout, memoryMegabytes = DEFAULT_MEMORY_MEGABYTES, errorImpact } = props;
    const { name: organization, logRetentionDays } = scope.organization;
    const functionName = `sendgate-${organization}-${name}`;
    const logGroup = new LogGroup(scope, `${name}-logs`, {
      logGroupName: `/sendgate/${organization}/${name}`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${name}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    super(scope, id, {
      functionName,
      role,
      code: functionCode(name),
      handler: `${MODULE}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout,
      memorySize: memoryMegabytes,
      tracing: Tracing.ACTIVE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        [ENV.organization]: organization,
        POWERTOOLS_SERVICE_NAME: functionName,
        POWERTOOLS_METRICS_NAMESPACE: 'sendgate',
      },
    });
    this.name = name;
    this.serviceName = functionName;
    logGroup.grantWrite(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        resources: ['*'],
      }),
    );
    acknowledgeWildcards(role);
    scope.alarms.onErrors(this, errorImpact);
  }

  /** Sets environment variables under their names in lib/runtime/env.ts. */
  setEnvironment(variables: Partial<Record<EnvironmentKey, string>>): void {
    for (const [key, value] of Object.entries(variables)) {
      this.addEnvironment(ENV[key as EnvironmentKey], value);
    }
  }
}

/** Tells cdk-nag why a role needs its three wildcards. */
function acknowledgeWildcards(role: Role): void {
  const ofKey =
    "Encrypting under the stack's own key takes these two families of actions, on that key alone.";
  const reasons = {
    'Resource::*': 'X-Ray takes no resource: its two actions exist for * only.',
    'Action::kms:GenerateDataKey*': ofKey,
    'Action::kms:ReEncrypt*': ofKey,
  };
  for (const [wildcard, reason] of Object.entries(reasons)) {
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[${wildcard}]`, reason });
  }
}
