import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { MeasureName, MetricName } from '../../lib/telemetry/metrics.ts';
import { ownMetric } from './dashboard.ts';
import type { SendgateFunction } from './sendgate-function.ts';
import type { SendgateQueue } from './sendgate-queue.ts';

export interface AlarmsProps {
  readonly organization: string;
  readonly email: string;
  readonly key: Key;
}

/** Alarms that say who is harmed, sent to the organization's address. */
export class Alarms extends Construct {
  private readonly topic: Topic;
  private readonly organization: string;

  constructor(scope: Construct, id: string, { organization, email, key }: AlarmsProps) {
    super(scope, id);
    this.organization = organization;
    key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    this.topic = new Topic(this, 'topic', {
      topicName: `sendgate-${organization}-alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    this.topic.addSubscription(new EmailSubscription(email));
  }

  /** Rings when a function fails outright. */
  onErrors(fn: SendgateFunction, harm: string): void {
    this.ring(`${fn.node.id}-errors`, fn.metricErrors({ period: Duration.minutes(5) }), harm);
  }

  /** Rings when anything lies in a dead-letter queue. */
  onDeadLetters(id: string, { deadLetters }: Pick<SendgateQueue, 'deadLetters'>, harm: string): void {
    const metric = deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) });
    this.ring(`${id}-dead-letters`, metric, harm);
  }

  /** Rings when one of our own counts is too high within five minutes. */
  onCount(fn: SendgateFunction, name: MetricName, most: number, harm: string): void {
    this.ring(name, ownMetric(fn, name), harm, most);
  }

  /** Rings when one of our own measures is ever too high within five minutes. */
  onMeasure(fn: SendgateFunction, name: MeasureName, most: number, harm: string): void {
    this.ring(name, ownMetric(fn, name, { statistic: 'Maximum' }), harm, most);
  }

  /** Rings when a function that a schedule calls was not called. */
  onSilence(fn: SendgateFunction, minutes: number, harm: string): void {
    new Alarm(this, `${fn.node.id}-silent`, {
      alarmName: `sendgate-${this.organization}-${fn.node.id}-silent`,
      alarmDescription: harm,
      metric: fn.metricInvocations({ period: Duration.minutes(minutes), statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }

  /** Rings when changes of a stream are followed late. */
  onStreamAge(fn: SendgateFunction, harm: string): void {
    const metric = fn.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(5) });
    this.ring(`${fn.node.id}-behind`, metric, harm, Duration.minutes(5).toMilliseconds());
  }

  private ring(id: string, metric: IMetric, harm: string, most = 0): void {
    new Alarm(this, id, {
      alarmName: `sendgate-${this.organization}-${id}`,
      alarmDescription: harm,
      metric,
      threshold: most,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }
}
