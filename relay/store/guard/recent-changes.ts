/** Unapproved changes carried out in the last day, by kind, school and hour. */

import { asSchoolId, type SchoolId } from '../../model/keys.ts';
import type { OperationKind } from '../../model/operation.ts';
import { operationKinds } from '../../operations/registry.ts';
import { type Change, type ChangesOfHour, hourOf } from '../../plan/recent-changes.ts';
import { slices } from '../engine/slices.ts';
import { oneOf, readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

export async function readRecentChanges({ db, tenantId }: TenantScope): Promise<ChangesOfHour[]> {
  const rows = await db.selectFrom('recent_change').selectAll().where('tenant_id', '=', tenantId).execute();
  return rows.map((row) => ({
    kind: readKey(oneOf(operationKinds), row.kind, 'recent_change', row.hour),
    schoolId: readKey(asSchoolId, row.school_id, 'recent_change', row.hour),
    hour: row.hour,
    inSchool: row.in_school,
    inDistrict: row.in_district,
  }));
}

/** Call it in the transaction that records them as done. @param now ISO 8601 */
export async function addRecentChanges(scope: TenantScope, changes: readonly Change[], now: string): Promise<void> {
  const hour = hourOf(now);
  const sums = Map.groupBy(changes, ({ kind, schoolId }) => `${kind}:${schoolId}`);
  const rows = [...sums.values()].flatMap((same) => {
    const count = same.reduce((sum, one) => sum + one.count, 0);
    return same.slice(0, 1).map(({ kind, schoolId }) => ({ kind, schoolId, hour, inSchool: count, inDistrict: count }));
  });
  await add(scope, rows);
}

async function add({ db, tenantId }: TenantScope, rows: readonly ChangesOfHour[]): Promise<void> {
  const values = rows.map(({ kind, schoolId, hour, inSchool, inDistrict }) => ({
    tenant_id: tenantId,
    kind,
    school_id: schoolId,
    hour,
    in_school: inSchool,
    in_district: inDistrict,
  }));
  for (const part of slices(values)) {
    await db
      .insertInto('recent_change')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'kind', 'school_id', 'hour']).doUpdateSet((eb) => ({
          in_school: eb('recent_change.in_school', '+', eb.ref('excluded.in_school')),
          in_district: eb('recent_change.in_district', '+', eb.ref('excluded.in_district')),
        })),
      )
      .execute();
  }
}

/**
 * An approval also covers the changes up to then, which the person has seen. @param schoolId undefined for the district
 * @param until ISO 8601
 */
export async function answerForChanges(
  { db, tenantId }: TenantScope,
  kind: OperationKind,
  schoolId: SchoolId | undefined,
  until: string,
): Promise<void> {
  await db
    .updateTable('recent_change')
    .set(schoolId === undefined ? { in_district: 0 } : { in_school: 0, in_district: 0 })
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .$if(schoolId !== undefined, (query) => query.where('school_id', '=', schoolId ?? ''))
    .where('hour', '<=', until)
    .execute();
}

/** Deletes hours before this one. @param before ISO 8601 */
export async function forgetChanges({ db, tenantId }: TenantScope, before: string): Promise<void> {
  await db.deleteFrom('recent_change').where('tenant_id', '=', tenantId).where('hour', '<', before).execute();
}

/** After a fast clock was set back, entries dated in the future count as of now. @param now ISO 8601 */
export async function redateChanges(scope: TenantScope, now: string): Promise<void> {
  const hour = hourOf(now);
  const ahead = (await readRecentChanges(scope)).filter((row) => row.hour > hour);
  const { db, tenantId } = scope;
  await db.deleteFrom('recent_change').where('tenant_id', '=', tenantId).where('hour', '>', hour).execute();
  for (const row of ahead) await add(scope, [{ ...row, hour }]);
}
