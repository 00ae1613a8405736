import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createApp } from '../../infra/create-app.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { METRICS, type MeteredFunction } from '../../lib/telemetry/metrics.ts';

const outdir = mkdtempSync(join(tmpdir(), 'sendgate-operations-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
const assembly = createApp({ only: ['demo'], outdir, bundling: false }).synth();
const template = assembly.getStackByName('sendgate-demo').template as Template;
const runbook = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, properties]) => ({
  name: String(properties['AlarmName']).replace('sendgate-demo-', ''),
  harm: String(properties['AlarmDescription']),
  metric: { name: String(properties['MetricName']), namespace: String(properties['Namespace']) },
  service: (properties['Dimensions'] as { Name: string; Value: unknown }[] | undefined)?.find(
    ({ Name }) => Name === 'service',
  )?.Value,
}));

/** Reads the runbook's part on alarms. @returns the text under each alarm's heading. */
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

test('an alarm on a metric of ours names one that its function writes out', () => {
  const ours = alarms.filter(({ metric }) => metric.namespace === 'sendgate');
  expect(ours.length).toBeGreaterThan(8);
  for (const { service, metric } of ours)
    expect(emitted(String(service)), metric.name).toContain(metric.name);
});
