/** A route of the HTTP API, such as `POST /forms/{formId}/submissions` or `ANY /{proxy+}`. */
export interface RoutePattern {
  readonly routeKey: string;
}

export interface RouteMatch<R extends RoutePattern> {
  readonly route: R;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Finds the route that API Gateway would choose: the most specific path, segment by segment (literal before
 * variable before greedy variable), an exact method before `ANY`, `$default` last.
 */
export function matchRoute<R extends RoutePattern>(
  routes: readonly R[],
  method: string,
  path: string,
): RouteMatch<R> | undefined {
  const candidates = routes.flatMap((route) => {
    const pathParameters = parametersOf(route.routeKey, method, path);
    return pathParameters ? [{ route, pathParameters }] : [];
  });
  const best = candidates.toSorted((a, b) =>
    specificity(b.route.routeKey).localeCompare(specificity(a.route.routeKey), 'en'),
  );
  return best[0];
}

function parametersOf(routeKey: string, method: string, path: string): Record<string, string> | undefined {
  if (routeKey === '$default') return {};
  const [routeMethod, routePath = ''] = routeKey.split(' ');
  if (routeMethod !== 'ANY' && routeMethod !== method) return undefined;
  const pattern = segments(routePath);
  const given = segments(path);
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name?.endsWith('+')) {
      if (given.length <= index) return undefined;
      parameters[name.slice(0, -1)] = given.slice(index).map(decoded).join('/');
      return parameters;
    }
    const value = given[index];
    if (value === undefined || (!name && value !== segment)) return undefined;
    if (name) parameters[name] = decoded(value);
  }
  return given.length === pattern.length ? parameters : undefined;
}

/** Returns a sort key that sorts after those of all less specific routes. */
function specificity(routeKey: string): string {
  if (routeKey === '$default') return '';
  const [method, path = ''] = routeKey.split(' ');
  const ranks = segments(path).map((segment) =>
    segment.endsWith('+}') ? '1' : segment.startsWith('{') ? '2' : '3',
  );
  return `${ranks.join('')}${method === 'ANY' ? '' : '0'}`;
}

function segments(path: string): string[] {
  return path.replace(/^\//, '').split('/');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
