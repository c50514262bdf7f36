/** The guard's baseline: each school as of the last run that ended without anything suspicious. */
import { z } from 'zod';
import type { SchoolSource } from '../../plan/source-guard.ts';
import { slices } from '../engine/slices.ts';
import { readJson } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** By kind. */
const storedCounts = z.record(z.string(), z.number());
const storedIds = z.array(z.string());

/** By school id. */
export async function readLastGood({ db, tenantId }: TenantScope): Promise<Map<string, SchoolSource>> {
  const rows = await db.selectFrom('last_good').selectAll().where('tenant_id', '=', tenantId).execute();
  return new Map(
    rows.map((row) => [
      row.school_id,
      {
        counts: readJson(storedCounts, row.counts, 'last_good', row.school_id),
        yearId: row.year_id ?? undefined,
        sections: new Set(readJson(storedIds, row.sections, 'last_good', row.school_id)),
      },
    ]),
  );
}

/** Replaces the baseline of these schools. */
export async function writeLastGood(
  { db, tenantId }: TenantScope,
  schools: ReadonlyMap<string, SchoolSource>,
  now: string,
): Promise<void> {
  const rows = [...schools].map(([schoolId, { counts, yearId, sections }]) => ({
    tenant_id: tenantId,
    school_id: schoolId,
    counts: JSON.stringify(counts),
    year_id: yearId ?? null,
    sections: JSON.stringify([...sections]),
    at: now,
  }));
  for (const part of slices(rows)) {
    await db
      .insertInto('last_good')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'school_id']).doUpdateSet((eb) => ({
          counts: eb.ref('excluded.counts'),
          year_id: eb.ref('excluded.year_id'),
          sections: eb.ref('excluded.sections'),
          at: eb.ref('excluded.at'),
        })),
      )
      .execute();
  }
}
