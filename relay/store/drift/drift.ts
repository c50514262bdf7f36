/** Differences between Microsoft 365 and what Hallpass wrote, and how far its changes have been read. */

import type { Selectable } from 'kysely';
import { z } from 'zod';
import { asMembershipItem, type Drift, type DriftLedger, isOfMembership, type Value } from '../../drift/ledger.ts';
import type { DeltaPosition } from '../../model/delta-position.ts';
import { asObjectKey, asSchoolId, type SchoolId } from '../../model/keys.ts';
import { slices } from '../engine/slices.ts';
import { isBodyValue, readJson, readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';
import type { DriftTables } from './tables.ts';

const storedValue = z.custom<Value>(isBodyValue, 'it is not a property value');

export async function readDrift({ db, tenantId }: TenantScope): Promise<Drift[]> {
  const rows = await db.selectFrom('drift').selectAll().where('tenant_id', '=', tenantId).orderBy('object').execute();
  return rows.map(toDrift);
}

/** @param objects `class:77`, `school:1`, `students:123` */
export async function readDriftOf({ db, tenantId }: TenantScope, objects: readonly string[]): Promise<Drift[]> {
  const rows = await db
    .selectFrom('drift')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('object', 'in', objects)
    .orderBy('object')
    .execute();
  return rows.map(toDrift);
}

function toDrift({
  kind,
  object,
  item,
  ours,
  theirs,
  state,
  verdict,
  repairs,
  first_at,
  last_at,
}: Selectable<DriftTables['drift']>): Drift {
  return {
    kind,
    object: readKey(asObjectKey, object, 'drift', `${kind} since ${first_at}`),
    item: isOfMembership({ kind }) ? readKey(asMembershipItem, item, 'drift', object) : item,
    ...(ours === null ? {} : { ours: readJson(storedValue, ours, 'drift', object) }),
    ...(theirs === null ? {} : { theirs: readJson(storedValue, theirs, 'drift', object) }),
    state,
    verdict,
    repairs,
    firstAt: first_at,
    lastAt: last_at,
  };
}

/** Stores the changes in the ledger. */
export async function writeDrift({ db, tenantId }: TenantScope, ledger: DriftLedger): Promise<void> {
  const { written, gone } = ledger.changes();
  for (const part of slices(written)) {
    await db
      .insertInto('drift')
      .values(
        part.map(({ kind, object, item, ours, theirs, state, verdict, repairs, firstAt, lastAt }) => ({
          tenant_id: tenantId,
          kind,
          object,
          item,
          ours: ours === undefined ? null : JSON.stringify(ours),
          theirs: theirs === undefined ? null : JSON.stringify(theirs),
          state,
          verdict,
          repairs,
          first_at: firstAt,
          last_at: lastAt,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'kind', 'object', 'item']).doUpdateSet((eb) => ({
          ours: eb.ref('excluded.ours'),
          theirs: eb.ref('excluded.theirs'),
          state: eb.ref('excluded.state'),
          verdict: eb.ref('excluded.verdict'),
          repairs: eb.ref('excluded.repairs'),
          first_at: eb.ref('excluded.first_at'),
          last_at: eb.ref('excluded.last_at'),
        })),
      )
      .execute();
  }
  for (const { kind, object, item } of gone) {
    await db
      .deleteFrom('drift')
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', kind)
      .where('object', '=', object)
      .where('item', '=', item)
      .execute();
  }
}

export type Collection = DriftTables['drift_reading']['collection'];

export interface Reading extends DeltaPosition {
  /** ISO 8601. */
  readAt: string;
}

/** How far each collection has been read; those never read are missing. */
export async function readReadings({ db, tenantId }: TenantScope): Promise<Map<Collection, Reading>> {
  const rows = await db.selectFrom('drift_reading').selectAll().where('tenant_id', '=', tenantId).execute();
  return new Map(
    rows.map((row) => [
      row.collection,
      { deltaLink: row.delta_link, selected: row.selected ?? '', readAt: row.read_at },
    ]),
  );
}

export async function writeReading(
  { db, tenantId }: TenantScope,
  collection: Collection,
  { deltaLink, selected, readAt }: Reading,
): Promise<void> {
  const values = { delta_link: deltaLink, selected, read_at: readAt };
  await db
    .insertInto('drift_reading')
    .values({ tenant_id: tenantId, collection, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'collection']).doUpdateSet(values))
    .execute();
}

/** When the people and classes of each school were last read, ISO 8601, by school id. */
export async function readSchoolReadings({ db, tenantId }: TenantScope): Promise<Map<SchoolId, string>> {
  const rows = await db.selectFrom('school_reading').selectAll().where('tenant_id', '=', tenantId).execute();
  return new Map(rows.map((row) => [readKey(asSchoolId, row.school_id, 'school_reading', row.read_at), row.read_at]));
}

export async function writeSchoolReadings(
  { db, tenantId }: TenantScope,
  schoolIds: Iterable<string>,
  readAt: string,
): Promise<void> {
  for (const school_id of schoolIds) {
    await db
      .insertInto('school_reading')
      .values({ tenant_id: tenantId, school_id, read_at: readAt })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'school_id']).doUpdateSet({ read_at: readAt }))
      .execute();
  }
}

/** Objects (`class:77`, `students:1`) that Hallpass wrote to, or may have, since then, with the last time, ISO 8601. */
export async function writtenSince({ db, tenantId }: TenantScope, since: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('operation')
    .select(({ fn }) => ['key', fn.max('at').as('at')])
    .where('tenant_id', '=', tenantId)
    .where('at', '>', since)
    .where('state', '!=', 'failed')
    .groupBy('key')
    .execute();
  return new Map(rows.map(({ key, at }) => [key, at]));
}
