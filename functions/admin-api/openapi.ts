import * as z from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { RouteDescription } from '../../lib/http/route.ts';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `detail` says what to do.' });

const PUBLIC = {
  '/forms/{formId}/submissions': {
    summary: 'Takes a form submission as JSON, urlencoded or multipart; the same one twice is one',
    types: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
  },
  '/twilio/inbound': {
    summary: 'A text that somebody sent, signed by Twilio',
    types: ['application/x-www-form-urlencoded'],
  },
  '/twilio/status': {
    summary: 'A delivery callback, signed by Twilio',
    types: ['application/x-www-form-urlencoded'],
  },
};

/** The API's description, made from the schemas that validate its requests. */
export function openApiDocument(routes: readonly RouteDescription[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [path, { summary, types }] of Object.entries(PUBLIC)) {
    const content = Object.fromEntries(types.map((type) => [type, { schema: z.looseObject({}) }]));
    const answer = path.startsWith('/twilio/inbound') ? 'text/xml' : 'application/json';
    paths[path] = {
      post: {
        summary,
        security: [],
        parameters: parametersIn(path),
        requestBody: { content },
        responses: { '200': { description: 'Taken', content: { [answer]: {} } }, ...problems },
      },
    };
  }
  for (const route of routes) {
    const at = paths[route.path] ?? {};
    paths[route.path] = at;
    at[route.method.toLowerCase()] = operation(route);
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'sendgate',
      version: '1.0.0',
      description: 'Texts leads automatically, and never anyone who has not agreed to it.',
    },
    paths: paths as ZodOpenApiPathsObject,
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  });
}

const problems = {
  default: {
    description: 'What went wrong and what to do',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
};

function operation({ summary, roles, path, query, body, bodyTypes, answers }: RouteDescription) {
  const types = bodyTypes ?? ['application/json'];
  const others = (answers.otherTypes ?? []).map((type) => [type, { schema: z.string() }]);
  return {
    summary,
    description: `For the groups: ${roles.join(', ')}.`,
    parameters: parametersIn(path),
    ...(query instanceof z.ZodObject && { requestParams: { query } }),
    ...(body && {
      requestBody: {
        required: true,
        content: Object.fromEntries(types.map((type) => [type, { schema: body }])),
      },
    }),
    responses: {
      [answers.status]: {
        description: summary,
        content: {
          'application/json': { schema: answers.schema, example: answers.example },
          ...Object.fromEntries(others),
        },
      },
      ...problems,
    },
  };
}

function parametersIn(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}
