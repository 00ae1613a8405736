import { ENV } from '../../lib/runtime/env.ts';
import type { Assembly } from './assembly.ts';
import { createFilter } from './filters.ts';
import type { Provisioned } from './provision.ts';
import type { LocalSchedule } from './schedules.ts';
import {
  listProperty,
  nestedProperty,
  type Properties,
  referencedId,
  resourcesOf,
  type Template,
} from './template.ts';
import type { JwtConfiguration } from './tokens.ts';
import type { FunctionPool } from './worker-pool.ts';
import type { LocalFunction } from './worker-thread.ts';

type Resolve = (value: unknown) => unknown;

/** Reads each function from the template: its bundle, its environment and its time-out. */
export function functionsOf(
  { template, bundleOf }: Assembly,
  resolve: Resolve,
  more: Readonly<Record<string, string>>,
  publicBaseUrl: string,
): Map<string, LocalFunction> {
  return new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(([id, properties]) => {
      const variables = nestedProperty(resolve(nestedProperty(properties['Environment'])['Variables']));
      const functionName = String(properties['FunctionName']);
      const [module, exportName] = String(properties['Handler']).split('.');
      // Callers reach this machine, not the custom domain. A function without the variable does not get it here either.
      const address = ENV.publicBaseUrl in variables ? { [ENV.publicBaseUrl]: publicBaseUrl } : {};
      const own = { ...address, AWS_LAMBDA_FUNCTION_NAME: functionName };
      const environment = { ...strings(variables), ...more, ...own };
      return [
        id,
        {
          functionName,
          environment,
          modulePath: `${bundleOf(id)}/${module}.mjs`,
          exportName: exportName ?? 'handler',
          memoryMegabytes: Number(properties['MemorySize']),
          timeoutSeconds: Number(properties['Timeout']),
        },
      ];
    }),
  );
}

function strings(variables: Properties): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}

/** Reads the routes of the HTTP API, each with its function and the claims that its token must have. */
export function routesOf(template: Template, resolve: Resolve, pools: ReadonlyMap<string, FunctionPool>) {
  return resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, properties]) => {
    const target = JSON.stringify(properties['Target']);
    const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration');
    const integration = integrations.find(([id]) => target.includes(`"${id}"`))?.[1];
    const pool = pools.get(referencedId(integration?.['IntegrationUri']) ?? '');
    const routeKey = String(properties['RouteKey']);
    if (!pool) throw new Error(`The route ${routeKey} leads to no function`);
    const authorizer = authorizerOf(template, resolve, referencedId(properties['AuthorizerId']));
    return { routeKey, pool, ...(authorizer && { authorizer }) };
  });
}

function authorizerOf(
  template: Template,
  resolve: Resolve,
  id: string | undefined,
): JwtConfiguration | undefined {
  const properties = id && template.Resources[id]?.Properties;
  if (!properties) return undefined;
  const jwt = nestedProperty(resolve(properties['JwtConfiguration']));
  return { issuer: String(jwt['Issuer']), audience: listProperty(jwt['Audience']).map(String) };
}

export interface Mapping {
  readonly source: Provisioned;
  readonly pool: FunctionPool;
  readonly properties: Properties;
  readonly wants: (record: unknown) => boolean;
}

/** Reads the event source mappings, split into those of queues and those of streams. */
export function mappingsOf(
  template: Template,
  provisioned: ReadonlyMap<string, Provisioned>,
  pools: ReadonlyMap<string, FunctionPool>,
): Mapping[] {
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(([id, properties]) => {
    const source = provisioned.get(referencedId(properties['EventSourceArn']) ?? '');
    const pool = pools.get(referencedId(properties['FunctionName']) ?? '');
    if (!source || !pool) throw new Error(`The event source mapping ${id} leads nowhere`);
    const filters = listProperty(nestedProperty(properties['FilterCriteria'])['Filters']);
    return {
      source,
      pool,
      properties,
      wants: createFilter(filters.map((filter) => String(nestedProperty(filter)['Pattern']))),
    };
  });
}

/** Reads the event buses: their names by logical id. */
export function busesOf(template: Template): ReadonlyMap<string, string> {
  const buses = resourcesOf(template, 'AWS::Events::EventBus');
  return new Map(buses.map(([id, properties]) => [id, String(properties['Name'])]));
}

/** Reads the schedules, each with the function that it calls and the input that it gives. */
export function schedulesOf(template: Template, pools: ReadonlyMap<string, FunctionPool>): LocalSchedule[] {
  return resourcesOf(template, 'AWS::Events::Rule').flatMap(([, properties]) =>
    listProperty(properties['Targets']).map((target) => {
      const pool = pools.get(referencedId(nestedProperty(target)['Arn']) ?? '');
      if (!pool) throw new Error('A schedule calls a function that the template does not have');
      const input = JSON.parse(String(nestedProperty(target)['Input'] ?? '{}')) as unknown;
      return { pool, input, expression: String(properties['ScheduleExpression']) };
    }),
  );
}
