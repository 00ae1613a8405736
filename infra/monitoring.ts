import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  HELD,
  type METRICS,
  type MeteredFunction,
  OPT_INS,
  OPT_OUTS,
  TEXTS,
} from '../lib/telemetry/metrics.ts';
import { ownMetric } from './constructs/alarms.ts';
import type { SendgateFunction } from './constructs/sendgate-function.ts';

export interface MonitoringProps {
  readonly organization: string;
  readonly cycle: SendgateFunction;
  readonly sendGate: SendgateFunction;
  readonly consentChanges: SendgateFunction;
}

/** Shows ops on one dashboard: texts by outcome, held texts by reason, opt-ins and opt-outs by source, and the delay of cycles. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { organization, cycle, sendGate, consentChanges } = props;
    new Dashboard(this, 'dashboard', {
      dashboardName: `sendgate-${organization}`,
      defaultInterval: Duration.days(1),
      widgets: [
        [graph('Texts by outcome', countsOf<'send-gate'>(sendGate, TEXTS), 24)],
        [graph('Held, by reason', countsOf<'send-gate'>(sendGate, HELD), 24)],
        [
          graph('Opt-ins by source', countsOf<'consent-changes'>(consentChanges, OPT_INS), 12),
          graph('Opt-outs by source', countsOf<'consent-changes'>(consentChanges, OPT_OUTS), 12),
        ],
        [
          graph('Age of the oldest due text', slowestOf(cycle, 'oldestDueSeconds'), 12),
          graph('Cycle time', slowestOf(cycle, 'cycleMilliseconds'), 12),
        ],
      ],
    });
  }
}

function countsOf<F extends MeteredFunction>(
  fn: SendgateFunction,
  names: readonly (typeof METRICS)[F][number][],
): IMetric[] {
  return names.map((name) => ownMetric(fn, name));
}

function slowestOf(cycle: SendgateFunction, name: 'oldestDueSeconds' | 'cycleMilliseconds'): IMetric[] {
  return [ownMetric(cycle, name, { statistic: 'Maximum' })];
}

function graph(title: string, left: IMetric[], width: number): IWidget {
  return new GraphWidget({ title, left, width, height: 7, leftYAxis: { min: 0 } });
}
