import type { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { OrganizationScope } from './organization-scope.ts';
import type { SendgateFunction } from './sendgate-function.ts';

/**
 * Calls a function again and again with the same input, unless the stack stands by. A missed call is not made up for: the next
 * one does its work.
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
