import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { MeasureName, MetricName } from '../../lib/telemetry/metrics.ts';
import type { Organization } from '../organizations/organization.ts';
import type { SendgateFunction } from './sendgate-function.ts';
import type { SendgateQueue } from './sendgate-queue.ts';

export interface AlarmsProps {
  readonly organization: Organization;
  readonly key: Key;
}

/** Says when an alarm rings, and what it says. */
export interface Threshold {
  /** The sentence that the alarm sends: who is harmed, and how. docs/operations.md repeats it with the remedy. */
  readonly harm: string;
  /** The alarm rings above this value; 0 when absent, so that it rings for the first event. */
  readonly moreThan?: number;
  /** The values of this period are added up; five minutes when absent. */
  readonly period?: Duration;
}

const FIVE_MINUTES = Duration.minutes(5);

/** Holds the alarms of one organization. Each says who is harmed, by e-mail to the organization's address. */
export class Alarms extends Construct {
  private readonly topic: Topic;
  private readonly organization: Organization;

  constructor(scope: Construct, id: string, { organization, key }: AlarmsProps) {
    super(scope, id);
    this.organization = organization;
    key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    this.topic = new Topic(this, 'topic', {
      topicName: `sendgate-${organization.name}-alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    this.topic.addSubscription(new EmailSubscription(organization.alarmEmail));
  }

  /** Rings when Lambda counts an error of a function, which threw, timed out or ran out of memory. */
  onErrors(fn: SendgateFunction, harm: string): void {
    this.ring(`${fn.name}-errors`, fn.metricErrors({ period: FIVE_MINUTES }), { harm });
  }

  /** Rings when API Gateway answers 5xx, from a function or because none was reached. */
  onServerErrors(metric: IMetric, harm: string): void {
    this.ring('http-5xx', metric, { harm });
  }

  /** Rings when a dead-letter queue holds a record. */
  onDeadLetters(id: string, { deadLetters }: Pick<SendgateQueue, 'deadLetters'>, harm: string): void {
    const metric = deadLetters.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES });
    this.ring(`${id}-dead-letters`, metric, { harm });
  }

  /** Rings when a count of a function is too high within the period. */
  onCount(fn: SendgateFunction, name: MetricName, threshold: Threshold): void {
    this.ring(name, ownMetric(fn, name, { period: threshold.period }), threshold);
  }

  /** Rings when a count is too high while another count of the same function stays at zero. */
  onCountWithout(fn: SendgateFunction, name: MetricName, other: MetricName, threshold: Threshold): void {
    const { period = FIVE_MINUTES } = threshold;
    const metric = new MathExpression({
      expression: 'IF(FILL(other, 0) > 0, 0, counted)',
      usingMetrics: { counted: ownMetric(fn, name, { period }), other: ownMetric(fn, other, { period }) },
      label: `${name} without ${other}`,
      period,
    });
    this.ring(name, metric, threshold);
  }

  /** Rings when one value of a function's measure is too high. */
  onMeasure(fn: SendgateFunction, name: MeasureName, threshold: Threshold): void {
    this.ring(name, ownMetric(fn, name, { statistic: 'Maximum' }), threshold);
  }

  /** Rings when a function that a schedule calls was not called for some minutes. */
  onSilence(fn: SendgateFunction, minutes: number, harm: string): void {
    new Alarm(this, `${fn.name}-silent`, {
      alarmName: `sendgate-${this.organization.name}-${fn.name}-silent`,
      alarmDescription: harm,
      metric: fn.metricInvocations({ period: Duration.minutes(minutes), statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }

  /** Rings when a function follows the changes of a stream more than five minutes late. */
  onStreamAge(fn: SendgateFunction, harm: string): void {
    const metric = fn.metric('IteratorAge', { statistic: 'Maximum', period: FIVE_MINUTES });
    this.ring(`${fn.name}-behind`, metric, { harm, moreThan: FIVE_MINUTES.toMilliseconds() });
  }

  private ring(id: string, metric: IMetric, { harm, moreThan = 0 }: Threshold): void {
    new Alarm(this, id, {
      alarmName: `sendgate-${this.organization.name}-${id}`,
      alarmDescription: harm,
      metric,
      threshold: moreThan,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }
}

/** Creates a metric that a function's own code writes (lib/telemetry/metrics.ts): a sum over five minutes by default. */
export function ownMetric(
  fn: SendgateFunction,
  metricName: MetricName,
  { statistic = 'Sum', period = FIVE_MINUTES }: { statistic?: string; period?: Duration | undefined } = {},
): Metric {
  return new Metric({
    namespace: 'sendgate',
    metricName,
    dimensionsMap: { service: fn.serviceName },
    statistic,
    period,
  });
}
