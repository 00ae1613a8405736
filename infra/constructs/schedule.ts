import type { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { OrganizationScope } from './organization-scope.ts';
import type { SendgateFunction } from './sendgate-function.ts';

/**
 * Calls a function at a fixed rate with the same input. A missed call is not repeated, since the next one does its work. A
 * standby stack calls nothing.
 */
export function addSchedule(
  scope: OrganizationScope,
  id: string,
  rate: Duration,
  fn: SendgateFunction,
  input: Readonly<Record<string, unknown>> = {},
): void {
  new Rule(scope, id, {
    schedule: Schedule.rate(rate),
    enabled: scope.isLive,
    targets: [new LambdaFunction(fn, { event: RuleTargetInput.fromObject(input), retryAttempts: 0 })],
  });
}
