import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  HELD,
  type METRICS,
  type MeteredFunction,
  OPT_INS,
  OPT_OUTS,
  TEXTS,
} from '../../lib/telemetry/metrics.ts';
import type { SendgateFunction } from './sendgate-function.ts';

/** The functions whose metrics are shown. */
export type Shown = Readonly<Record<'automation-cycle' | 'send-gate' | 'consent-changes', SendgateFunction>>;

/** A metric that a function's own code writes out. */
export function ownMetric<F extends MeteredFunction>(
  fn: SendgateFunction,
  name: (typeof METRICS)[F][number],
  { statistic = 'Sum', period = Duration.minutes(5) } = {},
): Metric {
  return new Metric({
    namespace: 'sendgate',
    metricName: name,
    dimensionsMap: { service: fn.serviceName },
    statistic,
    period,
  });
}

/** What an organization's ops look at first: are texts leaving, who waits and why, where consent comes from, is it prompt. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: { readonly organization: string; readonly shown: Shown }) {
    super(scope, id);
    const { organization, shown } = props;
    const { 'automation-cycle': cycle, 'send-gate': gate, 'consent-changes': changes } = shown;
    const counts = <F extends MeteredFunction>(
      fn: SendgateFunction,
      names: readonly (typeof METRICS)[F][number][],
    ) => names.map((name) => ownMetric<F>(fn, name));
    const slowest = (name: 'oldestDueSeconds' | 'cycleMilliseconds') => [
      ownMetric<'automation-cycle'>(cycle, name, { statistic: 'Maximum' }),
    ];
    new CloudWatchDashboard(this, 'dashboard', {
      dashboardName: `sendgate-${organization}`,
      defaultInterval: Duration.days(1),
      widgets: [
        [graph('Texts by outcome', counts<'send-gate'>(gate, TEXTS), 24)],
        [graph('Held, by reason', counts<'send-gate'>(gate, HELD), 24)],
        [
          graph('Opt-ins by source', counts<'consent-changes'>(changes, OPT_INS), 12),
          graph('Opt-outs by source', counts<'consent-changes'>(changes, OPT_OUTS), 12),
        ],
        [
          graph('Age of the oldest due text', slowest('oldestDueSeconds'), 12),
          graph('Cycle time', slowest('cycleMilliseconds'), 12),
        ],
      ],
    });
  }
}

function graph(title: string, left: IMetric[], width: number): IWidget {
  return new GraphWidget({ title, left, width, height: 7, leftYAxis: { min: 0 } });
}
