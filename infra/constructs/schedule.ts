import type { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { HouseFunction } from './house-function.ts';

/** Calls a function again and again with the same input. A missed call is not made up for: the next one does its work. */
export function every(
  scope: Construct,
  id: string,
  rate: Duration,
  fn: HouseFunction,
  input: Readonly<Record<string, unknown>>,
): void {
  new Rule(scope, id, {
    schedule: Schedule.rate(rate),
    targets: [new LambdaFunction(fn, { event: RuleTargetInput.fromObject(input), retryAttempts: 0 })],
  });
}
