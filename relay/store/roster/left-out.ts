/** PowerSchool rows that cannot become records, and their problems. */

import { complaintOf, pageOf, tableOf } from '../../../plugin/where-to-fix.ts';
import type { LeftOut, LeftOutRow } from '../../../shared/left-out.ts';
import { asSectionId, classKey, recordKey } from '../../model/keys.ts';
import { personKey } from '../../model/person-key.ts';
import { type Problem, problem } from '../../model/problem.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';

export type KnownLeftOut = LeftOutRow & { firstAt: string; lastAt: string };

/**
 * Replaces the left-out rows with an agent's current report; those that persist keep their first time. @param now ISO
 * 8601, UTC
 */
export async function replaceLeftOut(scope: TenantScope, { count, rows }: LeftOut, now: string): Promise<void> {
  const { db, tenantId } = scope;
  const before = new Map((await readLeftOut(scope)).map((row) => [nameOf(row), row.firstAt]));
  const total = await countRow(scope);
  await db.deleteFrom('left_out_row').where('tenant_id', '=', tenantId).execute();
  const made = rows.map((row) => {
    const { kind, schoolId: school_id, id, field, fault } = row;
    const first_at = before.get(nameOf(row)) ?? now;
    return { tenant_id: tenantId, kind, school_id, id, field, fault, first_at, last_at: now };
  });
  // Several rows of a school may lack an id.
  for (const part of slices(made)) {
    await db
      .insertInto('left_out_row')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await db.deleteFrom('left_out_count').where('tenant_id', '=', tenantId).execute();
  if (count === 0) return;
  const first_at = total?.first_at ?? now;
  await db.insertInto('left_out_count').values({ tenant_id: tenantId, rows: count, first_at, last_at: now }).execute();
}

export async function readLeftOut({ db, tenantId }: TenantScope): Promise<KnownLeftOut[]> {
  const rows = await db
    .selectFrom('left_out_row')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('kind')
    .orderBy('school_id')
    .orderBy('id')
    .execute();
  return rows.map(({ kind, school_id: schoolId, id, field, fault, first_at: firstAt, last_at: lastAt }) => {
    return { kind, schoolId, id, field, fault, firstAt, lastAt };
  });
}

/** How many rows there are beyond those listed. */
export async function unlistedLeftOut(
  scope: TenantScope,
): Promise<{ count: number; firstAt: string; lastAt: string } | undefined> {
  const total = await countRow(scope);
  const count = (total?.rows ?? 0) - (await readLeftOut(scope)).length;
  return total === undefined || count <= 0 ? undefined : { count, firstAt: total.first_at, lastAt: total.last_at };
}

/** A row as a problem of the PowerSchool administrator. */
export function problemOfRow(row: LeftOutRow): Problem {
  const { kind, schoolId, id, field } = row;
  return problem(subjectOf(row), 'RowLeftOut', {
    row: `${tableOf(kind)} ${id || 'without a DCID'}`,
    school: kind === 'school' ? '' : ` of school ${schoolId}`,
    complaint: complaintOf(row),
    page: pageOf(kind, field),
  });
}

/** The same subject as for problems of the record itself. */
function subjectOf({ kind, schoolId, id }: LeftOutRow): string {
  if (id === '') return recordKey(kind, `of school ${schoolId}`);
  if (kind === 'student') return personKey('students', id);
  if (kind === 'teacher') return personKey('teachers', id);
  return kind === 'section' ? classKey(asSectionId(id)) : recordKey(kind, id);
}

async function countRow({ db, tenantId }: TenantScope) {
  return await db
    .selectFrom('left_out_count')
    .select(['rows', 'first_at', 'last_at'])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
}

function nameOf({ kind, schoolId, id, field, fault }: LeftOutRow): string {
  return JSON.stringify([kind, schoolId, id, field, fault]);
}
