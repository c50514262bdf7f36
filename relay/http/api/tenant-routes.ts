/** Districts: listed, added, changed and removed. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { checkAccess } from '../../app/commands/check-access.ts';
import { tenantSchemas } from '../../app/commands/tenant-fields.ts';
import { acceptMovedServer, addTenant, changeTenant, deleteTenant } from '../../app/commands/tenants.ts';
import { accessAnswer, accessNow } from '../../app/queries/microsoft-access.ts';
import {
  identityOf,
  tenantAnswer,
  tenantIdentity,
  tenantNow,
  tenantsAnswer,
  tenantsNow,
} from '../../app/queries/tenants.ts';
import { connectionNow, connectionSchema, describeConnection } from '../../app/queries/try-tenant.ts';
import { change, changeAcross, nothing } from './change-route.ts';
import { pageWithin, readCursor } from './cursor.ts';
import { Refused } from './problem.ts';
import { queries } from './query.ts';
import { question, questionAcross, type Route, read } from './route.ts';

const connection = connectionSchema.nullable().meta({ description: 'Null if nothing was tried.' });

export const tenantRoutes: readonly Route[] = [
  questionAcross({
    path: 'tenants',
    question: 'tenant',
    effort: 'short',
    summary: 'The districts of the token, by slug.',
    query: queries.tenants,
    answer: tenantsAnswer.extend({ next: z.string().nullable() }),
    async json({ app, actor, nowMs }, { limit, cursor }) {
      const after = readCursor(cursor, z.tuple([z.string().max(100)]));
      const { tenants } = await tenantsNow(app, actor, nowMs);
      const { page, next } = pageWithin(tenants, { limit, after }, ({ slug }) => [slug]);
      return { tenants: page, next };
    },
  }),
  changeAcross({
    path: 'tenants',
    action: 'tenant.add',
    summary: 'Adds a district, after trying to sign in to its Microsoft 365 tenant.',
    body: z.strictObject({
      slug: tenantSchemas.slug,
      name: tenantSchemas.name,
      graphTenantId: tenantSchemas.graphTenant,
    }),
    answer: z.object({ tenant: tenantIdentity, connection }),
    status: 201,
    asksMicrosoft: true,
    async perform({ app, actor }, { slug, name, graphTenantId: graphTenant }) {
      const { tenant, tried } = await addTenant(app, actor, { slug, name, graphTenant });
      return { tenant: identityOf(tenant), connection: tried === undefined ? null : describeConnection(tried) };
    },
  }),
  question({
    path: '',
    question: 'tenant',
    effort: 'keyed',
    summary: 'The district, and the PowerSchool servers that its agents reported.',
    query: queries.none,
    answer: tenantAnswer,
    json: (context) => read(context, (scope) => tenantNow(scope, context.tenant)),
  }),
  change({
    method: 'PATCH',
    path: '',
    action: 'tenant.edit',
    summary: 'Changes the given fields; the Microsoft 365 tenant only before anything was linked or written there.',
    body: z
      .strictObject({
        slug: tenantSchemas.slug.optional(),
        name: tenantSchemas.name.optional(),
        graphTenantId: tenantSchemas.graphTenant.optional(),
      })
      .refine((given) => Object.keys(given).length > 0, 'it must name what changes: slug, name or graphTenantId'),
    answer: z.object({ tenant: tenantIdentity, connection }),
    asksMicrosoft: true,
    async perform({ app, actor, tenant }, { slug, name, graphTenantId: graphTenant }) {
      const changed = await changeTenant(app, actor, { tenant, slug, name, graphTenant });
      const { tried } = changed;
      return { tenant: identityOf(changed.tenant), connection: tried === undefined ? null : describeConnection(tried) };
    },
  }),
  change({
    method: 'DELETE',
    path: '',
    action: 'tenant.remove',
    effort: 'long',
    summary:
      'Deletes everything that the relay stores about the district. Without confirm, the answer says what that is.',
    query: queries.removal,
    body: nothing,
    answer: z.object({
      tenant: tenantIdentity,
      rows: z.record(z.string(), z.int()).meta({ description: 'Deleted rows, by table.' }),
      agents: z.int().meta({ description: 'Agents that are disconnected by it.' }),
    }),
    async perform({ app, actor, tenant: named }, _body, { query: { confirm } }) {
      const { tenant, isDone, counts, agents } = await deleteTenant(app, actor, { tenant: named, confirm });
      const rows = Object.fromEntries(counts.map((one) => [one.table, one.rows]));
      if (isDone) return { tenant: identityOf(tenant), rows, agents };
      throw new Refused(fail('TENANT_REMOVE_UNCONFIRMED', { tenant: tenant.slug }), { rows, agents });
    },
  }),
  question({
    path: 'connection',
    question: 'connection',
    effort: 'keyed',
    summary: 'Whether the relay can sign in to the Microsoft 365 tenant of the district.',
    query: queries.none,
    answer: connectionSchema,
    asksMicrosoft: true,
    json: async ({ app, actor, tenant }) => describeConnection(await connectionNow(app, actor, tenant)),
  }),
  question({
    path: 'consent',
    question: 'consent',
    effort: 'keyed',
    summary:
      'What the Microsoft 365 tenant grants as of the last check, what is missing for what, and the links to grant it.',
    query: queries.none,
    answer: accessAnswer,
    json: async ({ app, actor, tenant }) => await accessNow(app, actor, tenant),
  }),
  change({
    path: 'consent/check',
    action: 'consent.check',
    summary: 'Asks Microsoft for a token of each registration, and reads what is granted from it.',
    body: nothing,
    answer: accessAnswer,
    asksMicrosoft: true,
    perform: async ({ app, actor, tenant }) => await checkAccess(app, actor, tenant),
  }),
  change({
    path: 'servers/accept',
    action: 'tenant.accept',
    summary: 'Accepts a refused PowerSchool server as the same one with a new name or address.',
    body: z.strictObject({
      server: z.string().trim().min(1).max(300).meta({ description: 'Its address, as GET /tenants/{slug} lists it.' }),
    }),
    answer: z.object({ server: z.string() }),
    async perform({ app, actor, tenant }, { server }) {
      return { server: (await acceptMovedServer(app, actor, { tenant, server })).server };
    },
  }),
];
