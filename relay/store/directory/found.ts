/** Stamped objects found in Microsoft 365, until a profile adopts them. */
import { z } from 'zod';
import type { Found } from '../../model/found.ts';
import { pages } from '../engine/pages.ts';
import { slices } from '../engine/slices.ts';
import { readJson, storedBody } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

const text = z.string().exactOptional();
const ids = z.array(z.string()).exactOptional();
const foundDetail: z.ZodType<Omit<Found, 'kind' | 'objectId'>> = z.object({
  stamp: z.object({
    claims: z.array(
      z.object({
        kind: z.enum(['school', 'class', 'students', 'teachers']),
        id: z.string(),
        in: z.enum(['sis', 'dcid']),
      }),
    ),
    bySds: z.boolean(),
    hints: z.object({
      schoolId: text,
      courseNumber: text,
      number: text,
      name: text,
      userName: text,
      surname: text,
    }),
  }),
  isForgotten: z.literal(true).exactOptional(),
  body: storedBody,
  related: z.object({ members: ids, owners: ids, schools: ids, users: ids, licenses: ids }),
});

/** A new reading replaces the earlier one. */
export async function replaceFound({ db, tenantId }: TenantScope, objects: readonly Found[]): Promise<void> {
  await db.deleteFrom('found_object').where('tenant_id', '=', tenantId).execute();
  const rows = objects.map(({ kind, objectId, ...detail }) => ({
    tenant_id: tenantId,
    object_id: objectId,
    kind,
    detail: JSON.stringify(detail),
  }));
  for (const part of slices(rows)) await db.insertInto('found_object').values(part).execute();
}

/** An object found before is replaced. */
export async function addFound(scope: TenantScope, objects: readonly Found[]): Promise<void> {
  const ids = new Set(objects.map(({ objectId }) => objectId));
  await replaceFound(scope, [...(await readFound(scope)).filter(({ objectId }) => !ids.has(objectId)), ...objects]);
}

export async function readFound(scope: TenantScope): Promise<Found[]> {
  const found: Found[] = [];
  for await (const page of foundPages(scope)) found.push(...page);
  return found;
}

/** The objects by id, in pages. */
export async function* foundPages({ db, tenantId }: TenantScope): AsyncGenerator<Found[], undefined> {
  const rows = db.selectFrom('found_object').select(['kind', 'object_id', 'detail']).where('tenant_id', '=', tenantId);
  for await (const page of pages(rows, ['object_id'])) {
    yield page.map(({ kind, object_id: objectId, detail }) => {
      return { kind, objectId, ...readJson(foundDetail, detail, 'found_object', objectId) };
    });
  }
}

/** They were adopted, or no longer exist. */
export async function removeFound({ db, tenantId }: TenantScope, objectIds: readonly string[]): Promise<void> {
  for (const ids of slices(objectIds)) {
    await db.deleteFrom('found_object').where('tenant_id', '=', tenantId).where('object_id', 'in', ids).execute();
  }
}
