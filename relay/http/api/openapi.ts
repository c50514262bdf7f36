/** The API's description, OpenAPI 3.1: made of the schemas that check queries, and that the answers are held against. */
import { z } from 'zod';
import { hallpassVersion } from '../../../shared/version.ts';
import type { Route } from './route.ts';

const errorSchema = z.object({
  code: z.string().meta({ description: 'Stable; docs/errors.md explains each.' }),
  message: z.string(),
  action: z.string().meta({ description: 'What to do next.' }),
  retry: z.enum(['retry', 'retry-after', 'fix', 'bug']),
});

const failures = {
  400: 'The query is not valid.',
  401: 'The token is missing, wrong, expired or revoked.',
  404: 'There is no such thing, or the token is for another district.',
  429: 'Too many refused attempts from this address, or a plan of this district is under way. See Retry-After.',
  503: 'Not possible at this moment. See Retry-After.',
};

/** @param base where the paths begin, `/api/v1` */
export function openApi(routes: readonly Route[], base: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hallpass relay',
      version: hallpassVersion,
      description: 'Read what the relay knows of a district. A token opens one district and can only read.',
    },
    servers: [{ url: base }],
    security: [{ token: [] }],
    paths: Object.fromEntries(routes.map((route) => [`/tenants/{slug}/${route.path}`, { get: operationOf(route) }])),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(errorSchema) },
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [
          `Failure${status}`,
          { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
        ]),
      ),
    },
  };
}

function operationOf({ path, summary, query, answer, hasCsv }: Route): object {
  const inPath = ['slug', ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)];
  const table = hasCsv ? { 'text/csv': { schema: { type: 'string' } } } : {};
  return {
    operationId: path.replace(/\W+/g, '-').replace(/-$/, ''),
    summary,
    parameters: [
      ...inPath.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query.shape).map(([name, schema]) => parameterOf(name, schema)),
    ],
    responses: {
      200: {
        description: 'The answer.',
        content: { 'application/json': { schema: schemaOf(answer) }, ...table },
      },
      ...Object.fromEntries(
        Object.keys(failures).map((status) => [status, { $ref: `#/components/responses/Failure${status}` }]),
      ),
    },
  };
}

function parameterOf(name: string, checked: z.core.$ZodType): object {
  const { description, ...schema } = schemaOf(checked);
  return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema };
}

/** As it is sent: what comes in before it is converted, what goes out as it is. More fields may come with later versions. */
function schemaOf(schema: z.core.$ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
