import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import type { ApiRoute } from '../../infra/local/http-server.ts';
import { createResolver } from '../../infra/local/intrinsics.ts';
import { routesOf } from '../../infra/local/parts.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';

/** The routes of the synthesized stack. @param invoke calls a function, by its folder's name. */
export function routesOfStack(
  invoke: (functionName: string, event: unknown) => Promise<unknown>,
): ApiRoute[] {
  const template = JSON.parse(readFileSync(inject('templatePath'), 'utf8')) as Template;
  const pools = new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(([id, { FunctionName }]) => {
      const name = String(FunctionName).replace('sendgate-demo-', '');
      const pool = { name, timeoutSeconds: 30, invoke: (event: unknown) => invoke(name, event) };
      return [id, { ...pool, close: async () => {} }];
    }),
  );
  return routesOf(template, createResolver(template, new Map()), pools);
}
