import * as z from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { RouteDescription } from '../../lib/http/route.ts';
import { fieldErrorSchema, PUBLIC, type PublicOperation } from './public-operations.ts';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().optional(),
    errors: z.array(fieldErrorSchema).optional(),
    requestId: z
      .string()
      .optional()
      .meta({ description: 'Finds the request in the logs. Name it when you report the problem.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `detail` says what to do.' });

/** The API's description, made from the schemas that validate its requests. */
export function openApiDocument(routes: readonly RouteDescription[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, given] of Object.entries(PUBLIC)) {
    const [method = '', path = ''] = name.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: publicOperation(path, given) };
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
    content: {
      'application/problem+json': {
        schema: problemSchema,
        example: {
          type: 'about:blank',
          title: 'Not allowed',
          status: 403,
          detail: 'This takes the group admin; your token has agent.',
        },
      },
    },
  },
};

function publicOperation(path: string, given: PublicOperation) {
  const { summary, types = [], query, body, bodyExample, answerType, answer, answerExample, pages } = given;
  const content = Object.fromEntries(types.map((type) => [type, { schema: body, example: bodyExample }]));
  const html = { 'text/html': { schema: z.string() } };
  const taken = { [answerType]: { schema: answer, example: answerExample }, ...(pages && html) };
  const refused = pages?.map((status) => [
    status,
    { description: problems.default.description, content: { ...problems.default.content, ...html } },
  ]);
  return {
    summary,
    security: [],
    parameters: parametersIn(path),
    requestParams: { query },
    ...(types.length > 0 && { requestBody: { content } }),
    responses: {
      '200': { description: 'Taken', content: taken },
      ...Object.fromEntries(refused ?? []),
      ...problems,
    },
  };
}

function operation(given: RouteDescription) {
  const { summary, roles, path, query, body, bodyTypes, answers } = given;
  const types = bodyTypes ?? ['application/json'];
  const asked = types.map((type) => [type, { schema: body }]);
  const others = (answers.otherTypes ?? []).map((type) => [type, { schema: z.string() }]);
  return {
    summary,
    description: `For the groups: ${roles.join(', ')}.`,
    parameters: parametersIn(path),
    ...(query instanceof z.ZodObject && { requestParams: { query } }),
    ...(body && { requestBody: { required: true, content: Object.fromEntries(asked) } }),
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
