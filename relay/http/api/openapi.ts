/** The API's description, OpenAPI 3.1: generated from the schemas that check requests and, in tests, answers. */
import { z } from 'zod';
import { hallpassVersion } from '../../../shared/version.ts';
import { access, isChange } from '../../app/access.ts';
import { accessRoles } from '../../model/access-role.ts';
import type { Route } from './route.ts';

const errorSchema = z.object({
  type: z.string().meta({ description: 'Links to an explanation of the code.' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().meta({ description: 'Stable; docs/errors.md explains each.' }),
  message: z.string().meta({ description: 'The same as detail.' }),
  action: z.string().meta({ description: 'What to do next.' }),
  retry: z.enum(['retry', 'retry-after', 'fix', 'bug']),
  problems: z
    .array(z.unknown())
    .optional()
    .meta({ description: 'What the check found, if a profile was refused because of it.' }),
  rows: z
    .record(z.string(), z.int())
    .optional()
    .meta({ description: 'What the removal of a district would delete, by table, if it is not confirmed.' }),
  agents: z.int().optional().meta({ description: 'Agents that it would disconnect.' }),
});

const failures = {
  400: 'The query, a header or the body is not valid.',
  401: 'The token is missing, wrong, expired or revoked.',
  403: 'The role of the token may not do this, or the token lacks the scope that the message names.',
  404: 'It does not exist, or the token has no access to the district.',
  409: 'Somebody must fix something first, or the Idempotency-Key belongs to another request.',
  412: 'The profile or the settings are not in the version that the request expects.',
  413: 'The body is too large.',
  415: 'The body is not marked as JSON.',
  422: 'The profile, or a setting, is not valid.',
  428: 'If-Match is missing.',
  429: 'Too many refused attempts from this address, too many changes, or the same request is already in progress. See Retry-After.',
  502: 'Microsoft 365 does not answer, or refuses the relay.',
  503: 'Not possible right now. See Retry-After.',
};

/** @param base prefix of the paths, `/api/v1` */
export function openApi(routes: readonly Route[], base: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[`/${route.path}`] = { ...paths[`/${route.path}`], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hallpass relay',
      version: hallpassVersion,
      description:
        'What the relay knows about districts, and does for them. A token gives access to one district, several or all, as viewer, admin or operator, for the subjects in its scopes.',
    },
    servers: [{ url: base }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(errorSchema) },
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [`Failure${status}`, failureOf(description)]),
      ),
    },
  };
}

/** Problem details; their content type is application/json if the client accepts only that. */
function failureOf(description: string): object {
  const schema = { $ref: '#/components/schemas/Error' };
  return { description, content: { 'application/problem+json': { schema }, 'application/json': { schema } } };
}

function operationOf(route: Route): object {
  const { method, path, action, summary, query, body, answer, status, hasCsv, hasVersion } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const table = hasCsv ? { 'text/csv': { schema: { type: 'string' } } } : {};
  const name = path.replace('tenants/{slug}/', '').replace(/\W+/g, '-').replace(/-$/, '');
  const { roles, scope } = access[action];
  const may = accessRoles.filter((role) => roles[role]);
  return {
    operationId: method === 'GET' ? name : `${method.toLowerCase()}-${name}`,
    summary,
    description: `For ${may.join(', ')}, with the scope ${scope}.`,
    security: [{ token: [scope] }],
    parameters: [
      ...inPath.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query.shape).map(([name, schema]) => parameterOf(name, schema)),
      ...headersOf(route),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: schemaOf(body) } },
      },
    }),
    responses: {
      [status]: { description: 'The answer.', content: { 'application/json': { schema: schemaOf(answer) }, ...table } },
      // Replacing a profile has another status than creating one.
      ...(method === 'PUT' &&
        hasVersion && {
          201: { description: 'Created.', content: { 'application/json': { schema: schemaOf(answer) } } },
        }),
      ...Object.fromEntries(
        Object.keys(failures).map((status) => [status, { $ref: `#/components/responses/Failure${status}` }]),
      ),
    },
  };
}

function headersOf({ method, hasVersion, needsKey, action }: Route): object[] {
  const changing = isChange(action);
  const version = 'The ETag of what was read; * for any.';
  const key = 'A new UUID for every change. A request that is repeated within 24 hours gets the same answer.';
  const note = 'For the audit log, such as a ticket number: one line, with non-ASCII characters percent-encoded.';
  return [
    ...(changing ? [{ name: 'Hallpass-Note', description: note }] : []),
    ...(hasVersion ? [{ name: 'If-Match', description: version }] : []),
    ...(method === 'PUT' && hasVersion
      ? [{ name: 'If-None-Match', description: '*: only create a new profile.' }]
      : []),
    ...(method === 'POST' && changing ? [{ name: 'Idempotency-Key', description: key, required: needsKey }] : []),
  ].map((header) => ({ required: false, ...header, in: 'header', schema: { type: 'string' } }));
}

function parameterOf(name: string, checked: z.core.$ZodType): object {
  const { description, ...schema } = schemaOf(checked);
  return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema };
}

/** The JSON on the wire: requests before zod converts them, answers as they are sent. Later versions may add fields. */
function schemaOf(schema: z.core.$ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
