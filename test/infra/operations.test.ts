import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createApp } from '../../infra/create-app.ts';
import {
  listProperty,
  nestedProperty,
  type Properties,
  referencedId,
  resourcesOf,
  type Template,
} from '../../infra/local/template.ts';
import { METRICS, type MeteredFunction } from '../../lib/telemetry/metrics.ts';

const outdir = mkdtempSync(join(tmpdir(), 'sendgate-operations-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
const assembly = createApp({ only: ['demo'], outdir, bundling: false }).synth();
const template = assembly.getStackByName('sendgate-demo').template as Template;
const runbook = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, properties]) => ({
  name: String(properties['AlarmName']).replace('sendgate-demo-', ''),
  harm: String(properties['AlarmDescription']),
  metrics: metricsOf(properties),
}));

/** The metrics that an alarm watches: its own, or those that its expression takes. */
function metricsOf(properties: Properties) {
  const parts = listProperty(properties['Metrics']).map((part) => nestedProperty(part)['MetricStat']);
  const watched = parts.length === 0 ? [properties] : parts.filter((part) => part !== undefined);
  return watched.map((part) => {
    const stat = nestedProperty(part);
    const metric = 'Metric' in stat ? nestedProperty(stat['Metric']) : stat;
    const dimensions = listProperty(metric['Dimensions']).map(nestedProperty);
    const dimension = (name: string) => dimensions.find(({ Name }) => Name === name)?.['Value'];
    return {
      name: String(metric['MetricName']),
      namespace: String(metric['Namespace']),
      service: dimension('service'),
      functionId: referencedId(dimension('FunctionName')),
    };
  });
}

/** The runbook's part on alarms: the text under each alarm's heading. */
function entries(): Map<string, string> {
  const part = runbook.split(/^## /m).find((section) => section.startsWith('Alarms\n')) ?? '';
  const [, ...found] = part.split(/^### /m);
  return new Map(
    found.flatMap((entry) => {
      const [heading = '', ...text] = entry.split('\n');
      const names = [...heading.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      return names.map((name): [string, string] => [name, text.join('\n').replace(/\s+/g, ' ')]);
    }),
  );
}

test('every alarm has an entry in the runbook, and every entry an alarm', () => {
  expect(alarms.length).toBeGreaterThan(30);
  expect([...entries().keys()].toSorted()).toEqual(alarms.map(({ name }) => name).toSorted());
});

test('an entry says whom the alarm harms, in the words of the alarm, and what to do', () => {
  const found = entries();
  for (const { name, harm } of alarms) {
    const text = found.get(name) ?? '';
    expect(text, name).toContain(harm);
    expect(text, name).toMatch(/\*\*Do\.\*\* .{40,}/);
  }
});

/** The metrics of ours in a dashboard's body, with whose they are. */
function dashboardMetrics(): { service: string; name: string }[] {
  const [[, { DashboardBody } = {}] = []] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
  const parts = (DashboardBody as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
  const body = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'ref')).join(''));
  const graphs = (body as { widgets: { properties: { metrics: string[][] } }[] }).widgets;
  return graphs
    .flatMap(({ properties }) => properties.metrics)
    .map(([namespace, name = '', dimension, service = '']) => {
      expect([namespace, dimension]).toEqual(['sendgate', 'service']);
      return { service, name };
    });
}

/** Which metrics a function's code can write out. */
const emitted = (service: string): readonly string[] =>
  METRICS[service.replace('sendgate-demo-', '') as MeteredFunction] ?? [];

test('the dashboard shows only what the code writes out, each under the function that does', () => {
  const shown = dashboardMetrics();
  for (const { service, name } of shown) expect(emitted(service), `${service} ${name}`).toContain(name);
  const names = shown.map(({ name }) => name);
  for (const wanted of ['textSent', 'heldWaitingForConsent', 'optInForm', 'optOutHandset']) {
    expect(names).toContain(wanted);
  }
  expect(names).toContain('oldestDueSeconds');
  expect(names).toContain('cycleMilliseconds');
});

const ours = alarms.flatMap(({ metrics }) => metrics).filter(({ namespace }) => namespace === 'sendgate');

test('an alarm on a metric of ours names one that its function writes out', () => {
  expect(ours.length).toBeGreaterThan(20);
  for (const { service, name } of ours) expect(emitted(String(service)), name).toContain(name);
});

/** Words at the end of a count that tell of something gone wrong. */
const HARM =
  /(Failed|Refused|Rejected|Forged|Blocked|Limited|Missed|Unknown|Unreadable|Unsettled|NotOurs|NotAtTwilio|InDoubt)$/;

/** Counts that end with such a word and ring nothing, with the reason. */
const NO_ALARM: Readonly<Record<string, string>> = {
  callbackUnknown: 'News of a text that is none of ours: nothing of ours waits for it.',
  carrierListFailed: 'The record goes back to the queue, and carrier-list-dead-letters rings when it stays.',
  carrierListUnsettled:
    'The record goes back to the queue, and carrier-list-dead-letters rings when it stays.',
  textRejected: 'One text that the carrier does not take: its outcome and its number’s consent say so.',
  textRefused: 'A decision of the gate, which GET /messages/{id}/why explains.',
  textInDoubt: 'reconcile settles it within 15 minutes, and rings when it cannot.',
  heldSenderRefused: 'The refusal that began it rang textCampaignBlocked, and so does each try.',
  heldCarrierBlocked: 'A decision of the gate, which GET /messages/{id}/why explains.',
  eventRefused: 'It is tried again for twelve hours, and publish-events-behind rings.',
  driftCallbackMissed: 'The comparison brought the news itself.',
  driftTextNotAtTwilio: 'GET /drift tells it: nothing can be done for that text.',
};

test('every count that means harm has an alarm, or a reason why it needs none', () => {
  const harmful = Object.values(METRICS)
    .flat()
    .filter((name) => HARM.test(name));
  const rung = new Set(ours.map(({ name }) => name));
  expect(harmful.filter((name) => !rung.has(name)).toSorted()).toEqual(Object.keys(NO_ALARM).toSorted());
});

test('a function that fails as a whole has a count of it', () => {
  for (const [name, counts] of Object.entries(METRICS)) {
    expect(
      counts.filter((count) => count.endsWith('Failed')),
      name,
    ).not.toEqual([]);
  }
});

test('every function has an alarm on its errors, which says who is harmed', () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  expect(functions.length).toBeGreaterThan(10);
  for (const [id, properties] of functions) {
    const name = String(properties['FunctionName']).replace('sendgate-demo-', '');
    const alarm = alarms.find((candidate) => candidate.name === `${name}-errors`);
    expect(alarm?.metrics, name).toEqual([
      { name: 'Errors', namespace: 'AWS/Lambda', service: undefined, functionId: id },
    ]);
    expect(Object.keys(METRICS), name).toContain(name);
  }
});

test('answers 5xx of API Gateway itself ring, whether a function gave them or none was reached', () => {
  const alarm = alarms.find(({ name }) => name === 'http-5xx');
  expect(alarm?.metrics).toEqual([expect.objectContaining({ name: '5xx', namespace: 'AWS/ApiGateway' })]);
});
