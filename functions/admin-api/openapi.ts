import * as z from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { RouteDescription } from '../../lib/http/route.ts';
import { TAGS } from '../../lib/http/tags.ts';
import { nameComponents } from './components.ts';
import { publicFailures, tokenFailures } from './openapi-answers.ts';
import { PUBLIC, type PublicOperation } from './public-operations.ts';

const DESCRIPTION = `sendgate texts leads automatically, and never texts anyone who has not agreed.

Admins and agents send a token of the organization's issuer. Errors of the functions are problem JSON (RFC 9457). Some
answers come from API Gateway itself, as \`{"message": "..."}\`: 401 without a valid token, 429 above a route's limit, 413 above
10 MB, 500 and 503 when a function fails, and 404 where neither the path nor the method leads to a function.`;

const SERVERS = [
  {
    url: 'https://{apiId}.execute-api.{region}.amazonaws.com',
    description: "One organization's own API: the output ApiUrl of its stack.",
    variables: { apiId: { default: 'a1b2c3d4e5' }, region: { default: 'us-east-1' } },
  },
  { url: 'http://127.0.0.1:4010', description: 'The API on this machine, which npm start serves.' },
];

/** Describes the path parameters whose names do not say enough. */
const PARAMETERS: Readonly<Record<string, object>> = {
  number: {
    description: 'E.164. The plus sign is written %2B.',
    example: '+13035550142',
    schema: { type: 'string' },
  },
  broadcast: {
    description: "The broadcast's number: 1 for the campaign's first.",
    schema: { type: 'integer', minimum: 1 },
  },
};

/** Creates the OpenAPI 3.1 description of routes from the schemas that validate their requests. */
export function openApiDocument(routes: readonly RouteDescription[]): object {
  nameComponents();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, described] of Object.entries(PUBLIC)) {
    const [method = '', path = ''] = name.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: publicOperation(path, described) };
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
      description: DESCRIPTION,
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: SERVERS,
    tags: Object.values(TAGS),
    paths: paths as ZodOpenApiPathsObject,
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
}

function publicOperation(path: string, described: PublicOperation) {
  const { operationId, tag, summary, types = [], query, body, bodyExample, pages } = described;
  const content = Object.fromEntries(types.map((type) => [type, { schema: body, example: bodyExample }]));
  const taken = { [described.answerType]: { schema: described.answer, example: described.answerExample } };
  const page = pages && { 'text/html': { schema: z.string() } };
  return {
    operationId,
    tags: [TAGS[tag].name],
    summary,
    security: [],
    ...parametersIn(path),
    requestParams: { query },
    ...(types.length > 0 && { requestBody: { content } }),
    responses: { '200': { description: 'Taken', content: { ...taken, ...page } }, ...publicFailures(pages) },
  };
}

function operation({
  operationId,
  tag,
  summary,
  roles,
  path,
  query,
  body,
  bodyExample,
  bodyTypes,
  answers,
}: RouteDescription) {
  const types = bodyTypes ?? ['application/json'];
  const content = types.map((type) => [type, { schema: body, example: bodyExample }]);
  const others = (answers.otherTypes ?? []).map((type) => [type, { schema: z.string() }]);
  return {
    operationId,
    tags: [TAGS[tag].name],
    summary,
    description: `For the groups: ${roles.join(', ')}.`,
    ...parametersIn(path),
    ...(query instanceof z.ZodObject && { requestParams: { query } }),
    ...(body && { requestBody: { required: true, content: Object.fromEntries(content) } }),
    responses: {
      [answers.status]: {
        description: summary,
        content: {
          'application/json': { schema: answers.schema, example: answers.example },
          ...Object.fromEntries(others),
        },
      },
      ...tokenFailures,
    },
  };
}

function parametersIn(path: string) {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(PARAMETERS[name] ?? { schema: { type: 'string' } }),
  }));
  return parameters.length > 0 && { parameters };
}
