/** The objects of one tenant as they were last written, one at a time. */
import type { AppliedObject } from '../../model/applied-state.ts';
import type { Body } from '../../model/body.ts';
import type { ObjectParts } from '../../model/keys.ts';
import { isBody, readMany } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** One object as it was last written; undefined when Microsoft 365 has none of ours. */
export async function readObject(
  scope: TenantScope,
  kind: ObjectParts['kind'],
  key: string,
): Promise<AppliedObject | undefined> {
  const row = await scope.db
    .selectFrom('applied')
    .select(['key', 'object_id', 'body'])
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', kind)
    .where('key', '=', key)
    .executeTakeFirst();
  return row && toObject(row);
}

/** The object may have these values or those of before: what is forgotten is written again. */
export async function forgetValues(
  scope: TenantScope,
  kind: ObjectParts['kind'],
  key: string,
  names: readonly string[],
): Promise<void> {
  const known = await readObject(scope, kind, key);
  if (known === undefined) return;
  const body = Object.fromEntries(Object.entries(known.body).filter(([name]) => !names.includes(name)));
  await writeValues(scope, kind, key, body);
}

/** Takes it that the object has these values by now. */
export async function keepValues(
  scope: TenantScope,
  kind: ObjectParts['kind'],
  key: string,
  values: Body,
): Promise<void> {
  const known = await readObject(scope, kind, key);
  if (known !== undefined) await writeValues(scope, kind, key, { ...known.body, ...values });
}

async function writeValues(
  { db, tenantId }: TenantScope,
  kind: ObjectParts['kind'],
  key: string,
  body: Body,
): Promise<void> {
  await db
    .updateTable('applied')
    .set({ body: JSON.stringify(body) })
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('key', '=', key)
    .execute();
}

/** As a row has it. */
export function toObject(row: { key: string; object_id: string; body: string }): AppliedObject {
  return { objectId: row.object_id, body: readMany(isBody, row.body, 'applied', row.key) };
}
