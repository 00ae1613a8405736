import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../infra/create-app.ts';
import {
  listProperty,
  nestedProperty,
  type Properties,
  referencedId,
  resourcesOf,
  type Template,
} from '../../../infra/local/template.ts';
import { CONVERSATION_SHARDS } from '../../../lib/conversations/conversation-items.ts';
import { SHARDS } from '../../../lib/tables/outreach.ts';

/** Settings of the stack and the code that limit how large an organization can grow. */
export interface StackSettings {
  readonly shards: number;
  /** Shards of the list of all conversations. */
  readonly conversationShards: number;
  readonly cycleMinutes: number;
  readonly cycleSeconds: number;
  readonly gate: { readonly seconds: number; readonly megabytes: number };
  readonly priority: LaneSettings;
  readonly bulk: LaneSettings;
  readonly visibilitySeconds: number;
  /** Requests a second that API Gateway lets through: Twilio's callbacks (with their burst), texts received, a form, admins. */
  readonly callbackRate: number;
  readonly callbackBurst: number;
  readonly inboundRate: number;
  readonly formRate: number;
  readonly adminRate: number;
  /** Secondary indexes of the table that has the most. */
  readonly indexes: number;
}

export interface LaneSettings {
  readonly batchSize: number;
  /** Undefined where the stack sets none: as many as Lambda gives. */
  readonly maxConcurrency: number | undefined;
}

/** Synthesizes an organization's stack, without bundles, and reads its settings from the template. */
export function settingsOfStack(organization = 'demo'): StackSettings {
  const outdir = mkdtempSync(join(tmpdir(), 'sendgate-scale-'));
  try {
    const assembly = createApp({ only: [organization], outdir, bundling: false }).synth();
    return readSettings(
      assembly.getStackByName(`sendgate-${organization}`).template as Template,
      organization,
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function readSettings(template: Template, organization: string): StackSettings {
  const named = (type: string, property: string, name: string): [string, Properties] => {
    const full = `sendgate-${organization}-${name}`;
    const found = resourcesOf(template, type).find(([, properties]) => properties[property] === full);
    if (!found) throw new Error(`The template has no ${type} ${full}`);
    return found;
  };
  const lane = (name: string): LaneSettings => {
    const [queue] = named('AWS::SQS::Queue', 'QueueName', name);
    const source = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').find(
      ([, properties]) => referencedId(properties['EventSourceArn']) === queue,
    )?.[1];
    const most = nestedProperty(source?.['ScalingConfig'])['MaximumConcurrency'];
    return {
      batchSize: Number(source?.['BatchSize']),
      maxConcurrency: most === undefined ? undefined : Number(most),
    };
  };
  const [cycle, cycleProperties] = named('AWS::Lambda::Function', 'FunctionName', 'automation-cycle');
  const [, gate] = named('AWS::Lambda::Function', 'FunctionName', 'send-gate');
  const rates = resourcesOf(template, 'AWS::Events::Rule')
    .filter(([, { Targets }]) =>
      listProperty(Targets).some((target) => referencedId(nestedProperty(target)['Arn']) === cycle),
    )
    .map(([, { ScheduleExpression }]) =>
      Number.parseInt(String(ScheduleExpression).slice('rate('.length), 10),
    );
  const stage = resourcesOf(template, 'AWS::ApiGatewayV2::Stage')[0]?.[1];
  const route = (key: string) => nestedProperty(nestedProperty(stage?.['RouteSettings'])[key]);
  const callbacks = route('POST /twilio/status');
  return {
    shards: SHARDS,
    conversationShards: CONVERSATION_SHARDS,
    cycleMinutes: Math.min(...rates),
    cycleSeconds: Number(cycleProperties['Timeout']),
    gate: { seconds: Number(gate['Timeout']), megabytes: Number(gate['MemorySize']) },
    priority: lane('priority'),
    bulk: lane('bulk'),
    visibilitySeconds: Number(named('AWS::SQS::Queue', 'QueueName', 'bulk')[1]['VisibilityTimeout']),
    callbackRate: Number(callbacks['ThrottlingRateLimit']),
    callbackBurst: Number(callbacks['ThrottlingBurstLimit']),
    inboundRate: Number(route('POST /twilio/inbound')['ThrottlingRateLimit']),
    formRate: Number(route('POST /forms/{formId}/submissions')['ThrottlingRateLimit']),
    adminRate: Number(nestedProperty(stage?.['DefaultRouteSettings'])['ThrottlingRateLimit']),
    indexes: Math.max(
      ...resourcesOf(template, 'AWS::DynamoDB::Table').map(
        ([, properties]) => listProperty(properties['GlobalSecondaryIndexes']).length,
      ),
    ),
  };
}
