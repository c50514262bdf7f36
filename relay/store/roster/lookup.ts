/** Records by id in whatever school, and records that contain words: what pages about people and classes look up. */
import { setImmediate } from 'node:timers/promises';
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Kind, RecordOf } from '../../../shared/roster.ts';
import type { Database } from '../engine/schema.ts';
import { slices } from '../engine/slices.ts';
import { likeAnyCase } from '../engine/sql/dialect.ts';
import type { TenantScope } from '../store.ts';
import { storedRecord } from './mirror.ts';

/** Ids in one statement; SQLite takes 32,766 parameters. */
const idsAtOnce = 20_000;
/** Each is looked up in every school, of which a district may have 150. */
const mostLookedUp = 200;

/** The ids of the schools that have, or had, records of this kind. */
export async function schoolsOf({ db, tenantId }: TenantScope, kind: Kind): Promise<string[]> {
  const rows = await db
    .selectFrom('bucket')
    .select('school_id')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .orderBy('school_id')
    .execute();
  return rows.map((row) => row.school_id);
}

/** The schools of records, also of those that are gone, by id. */
export async function placesOf(scope: TenantScope, kind: Kind, ids: readonly string[]): Promise<Map<string, string[]>> {
  const places = new Map<string, string[]>();
  // A few are looked up in every school; for more, running once over the key of all of the kind costs less.
  const isFew = ids.length <= mostLookedUp;
  const rows = isFew ? keyed(scope, kind, await schoolsOf(scope, kind)) : ofKind(scope, kind);
  for (const part of slices(ids, idsAtOnce)) {
    for (const row of await rows.where('id', 'in', part).select(['id', 'school_id']).execute()) {
      places.set(row.id, [...(places.get(row.id) ?? []), row.school_id]);
    }
  }
  return places;
}

/** The records with these ids, one per school, by id. */
export async function recordsWith<K extends Kind>(
  scope: TenantScope,
  kind: K,
  ids: readonly string[],
): Promise<Map<string, RecordOf<K>[]>> {
  const found = new Map<string, RecordOf<K>[]>();
  const schools = await schoolsOf(scope, kind);
  for (const part of slices(ids, idsAtOnce)) {
    const rows = await keyed(scope, kind, schools)
      .where('id', 'in', part)
      .where('deleted', '=', 0)
      .select(['id', 'data'])
      .execute();
    for (const row of rows) found.set(row.id, [...(found.get(row.id) ?? []), storedRecord<K>(row)]);
  }
  return found;
}

/** With the schools named, the key of the table leads to each record; by id alone, all of the kind would be read. */
function keyed(scope: TenantScope, kind: Kind, schools: readonly string[]) {
  return ofKind(scope, kind).where('school_id', 'in', schools);
}

function ofKind({ db, tenantId }: TenantScope, kind: Kind) {
  return db.selectFrom('record').where('tenant_id', '=', tenantId).where('kind', '=', kind);
}

export interface RecordPlace {
  schoolId: string;
  id: string;
}

/**
 * Records in the order of school and id, a school at a time, with other work in between: stops reading where the caller does.
 *
 * @param wanted `schools`: the only ones to look in; `words`: texts that the record contains somewhere; `after`: begins behind it
 */
export async function* searchRecords<K extends Kind>(
  scope: TenantScope,
  kind: K,
  {
    schools,
    words,
    after,
  }: { schools?: ReadonlySet<string> | undefined; words: readonly string[]; after?: RecordPlace },
): AsyncGenerator<RecordOf<K>, undefined> {
  for (const schoolId of await schoolsOf(scope, kind)) {
    if (schools?.has(schoolId) === false || (after !== undefined && schoolId < after.schoolId)) continue;
    const isIn = schoolId === after?.schoolId;
    const rows = await containing(scope, keyed(scope, kind, [schoolId]), words)
      .where('deleted', '=', 0)
      .$if(isIn, (query) => query.where('id', '>', after?.id ?? ''))
      .select(['id', 'data'])
      .orderBy('id')
      .execute();
    for (const row of rows) yield storedRecord<K>(row);
    await setImmediate();
  }
}

type RecordQuery = SelectQueryBuilder<Database, 'record', object>;

/**
 * A first sieve, so that not every record is parsed. Whoever searches without accents finds those with them, too: in place of
 * letters that carry some, any character fits. LIKE ignores the case of ASCII letters alone, so others may be anything.
 */
function containing({ db }: TenantScope, query: RecordQuery, words: readonly string[]): RecordQuery {
  const like = likeAnyCase(db);
  return words.reduce((rest, word) => {
    const text = JSON.stringify(word)
      .slice(1, -1)
      .replace(/[\\%_]/g, '\\$&');
    const pattern = /^[a-z]+$/i.test(word) ? text.replace(/[aceinosuyz]/gi, '_') : text.replace(/[^\x20-\x7e]+/g, '%');
    return rest.where(sql<boolean>`data ${like} ${`%${pattern}%`} escape '\\'`);
  }, query);
}

/** Enrollments and assignments of one person in these schools. */
export async function membershipsOf(
  scope: TenantScope,
  kind: 'studentEnrollment' | 'teacherRoster',
  { personId, schools }: { personId: string; schools: readonly string[] },
): Promise<(RecordOf<'studentEnrollment'> | RecordOf<'teacherRoster'>)[]> {
  const rows = await containing(scope, keyed(scope, kind, schools), [personId])
    .where('deleted', '=', 0)
    .select(['id', 'data'])
    .execute();
  const all = rows.map((row) => storedRecord<'studentEnrollment' | 'teacherRoster'>(row));
  return all.filter((one) => (one.kind === 'studentEnrollment' ? one.studentId : one.teacherId) === personId);
}
