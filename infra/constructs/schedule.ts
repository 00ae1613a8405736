import type { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { SendgateFunction } from './sendgate-function.ts';

/** When a schedule runs. */
export interface ScheduleProps {
  readonly rate: Duration;
  /** False while the stack stands by. */
  readonly enabled: boolean;
}

/** Calls a function again and again with the same input. A missed call is not made up for: the next one does its work. */
export function addSchedule(
  scope: Construct,
  id: string,
  { rate, enabled }: ScheduleProps,
  fn: SendgateFunction,
  input: Readonly<Record<string, unknown>>,
): void {
  new Rule(scope, id, {
    schedule: Schedule.rate(rate),
    enabled,
    targets: [new LambdaFunction(fn, { event: RuleTargetInput.fromObject(input), retryAttempts: 0 })],
  });
}
