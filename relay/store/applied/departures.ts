/** Departures from PowerSchool, with the day of each: a policy may wait for some days before it acts. */
import { asObjectKey, type ObjectKey } from '../../model/keys.ts';
import type { DepartureNews, Departures } from '../../plan/departures.ts';
import { slices } from '../engine/slices.ts';
import { readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

export async function readDepartures({ db, tenantId }: TenantScope): Promise<Departures> {
  const rows = await db.selectFrom('departure').select(['key', 'since']).where('tenant_id', '=', tenantId).execute();
  return new Map(rows.map(({ key, since }) => [readKey(asObjectKey, key, 'departure', `since ${since}`), since]));
}

/** The day of a departure; undefined for a current person or section. @param key `students:123`, `class:77` */
export async function readDeparture({ db, tenantId }: TenantScope, key: ObjectKey): Promise<string | undefined> {
  const row = await db
    .selectFrom('departure')
    .select('since')
    .where('tenant_id', '=', tenantId)
    .where('key', '=', key)
    .executeTakeFirst();
  return row?.since;
}

/** @param today the district's date, YYYY-MM-DD */
export async function writeDepartures(
  { db, tenantId }: TenantScope,
  { gone, back }: DepartureNews,
  today: string,
): Promise<void> {
  for (const part of slices(gone.map((key) => ({ tenant_id: tenantId, key, since: today })))) {
    await db
      .insertInto('departure')
      .values(part)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'key']).doNothing())
      .execute();
  }
  for (const part of slices(back)) {
    await db.deleteFrom('departure').where('tenant_id', '=', tenantId).where('key', 'in', part).execute();
  }
}
