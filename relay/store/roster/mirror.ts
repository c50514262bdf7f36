/** Reading the mirror: whole kinds for planning, changes since a version, digests and manifests for the agents. */
import { sql } from 'kysely';
import type { BucketDigest } from '../../../shared/link.ts';
import type { Bucket, Kind, RecordOf } from '../../../shared/roster.ts';
import type { RosterChange } from '../../plan/roster-index.ts';
import { pages } from '../engine/pages.ts';
import { isObject, readMany } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

export interface MirrorState {
  /** Grows with every committed cycle that changed something. */
  version: number;
  /** ISO 8601; null before the first commit. */
  committedAt: string | null;
  /** True if the mirror is a complete state of PowerSchool: at least one cycle has committed and none is open. */
  settled: boolean;
}

/** The state of the tenant's mirror. */
export async function mirrorState(scope: TenantScope): Promise<MirrorState> {
  const row = await scope.db
    .selectFrom('tenant')
    .select(['roster_version', 'committed_at', 'open_cycle'])
    .where('id', '=', scope.tenantId)
    .executeTakeFirstOrThrow();
  return {
    version: row.roster_version,
    committedAt: row.committed_at,
    settled: row.open_cycle === null && row.committed_at !== null,
  };
}

/** Whether a cycle has begun that has not committed. */
export async function hasOpenCycle({ db, tenantId }: TenantScope): Promise<boolean> {
  const { open_cycle } = await db
    .selectFrom('tenant')
    .select('open_cycle')
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow();
  return open_cycle !== null;
}

/** True when the mirror may be provisioned (see {@link MirrorState.settled}). */
export async function isSettled(scope: TenantScope): Promise<boolean> {
  return (await mirrorState(scope)).settled;
}

/** Every record of one kind, all schools, ordered by school and id. */
export async function readRecords<K extends Kind>(scope: TenantScope, kind: K): Promise<RecordOf<K>[]> {
  const records: RecordOf<K>[] = [];
  for await (const page of recordPages(scope, kind)) records.push(...page);
  return records;
}

/** The same in pages: 800,000 enrollments at once would be half a gigabyte. */
export async function* recordPages<K extends Kind>(
  { db, tenantId }: TenantScope,
  kind: K,
): AsyncGenerator<RecordOf<K>[], undefined> {
  const rows = db
    .selectFrom('record')
    .select(['school_id', 'id', 'data'])
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('deleted', '=', 0);
  for await (const page of pages(rows, ['school_id', 'id'])) yield page.map((row) => storedRecord<K>(row));
}

/** The records changed after `version`, each once in its current state, in the order of change. */
export async function changedSince(scope: TenantScope, version: number): Promise<RosterChange[]> {
  const rows = await scope.db
    .selectFrom('record')
    .select(['kind', 'school_id', 'id', 'data', 'deleted'])
    .where('tenant_id', '=', scope.tenantId)
    .where('version', '>', version)
    .orderBy('version')
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    schoolId: row.school_id,
    id: row.id,
    record: row.deleted === 1 ? undefined : storedRecord(row),
  }));
}

/** True if any record has changed after `version`. */
export async function isChanged(scope: TenantScope, version: number): Promise<boolean> {
  const row = await scope.db
    .selectFrom('record')
    .select('id')
    .where('tenant_id', '=', scope.tenantId)
    .where('version', '>', version)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The digests of all buckets that have records. */
export async function digests(scope: TenantScope): Promise<BucketDigest[]> {
  const rows = await scope.db
    .selectFrom('bucket')
    .select(['kind', 'school_id', 'count', 'sum'])
    .where('tenant_id', '=', scope.tenantId)
    .orderBy('kind')
    .orderBy('school_id')
    .execute();
  return rows.map(({ kind, school_id, count, sum }) => ({ kind, schoolId: school_id, digest: { count, sum } }));
}

/** How many records the tenant has, of all kinds. */
export async function countRecords({ db, tenantId }: TenantScope): Promise<number> {
  const { count } = await db
    .selectFrom('bucket')
    .select(({ fn }) => fn.sum<number | null>('count').as('count'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow();
  return count ?? 0;
}

/** Buckets found in one transaction: each is one look into the index. */
const bucketsAtOnce = 200;

/**
 * The buckets with records that the open cycle changed, in parts.
 *
 * @param after the last bucket of the previous part; undefined to begin
 * @returns `next`: where the next part begins; undefined at the end
 */
export async function bucketsOfOpenCycle(
  { db, tenantId }: TenantScope,
  after: Bucket | undefined,
  limit = bucketsAtOnce,
): Promise<{ buckets: Bucket[]; next: Bucket | undefined }> {
  const { roster_version: version } = await db
    .selectFrom('tenant')
    .select('roster_version')
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow();
  const buckets: Bucket[] = [];
  let last = after;
  // From bucket to bucket: after an interrupted first load, a million rows have this version.
  while (buckets.length < limit) {
    const row = await db
      .selectFrom('record')
      .select(['kind', 'school_id'])
      .where('tenant_id', '=', tenantId)
      .where('version', '=', version + 1)
      .$if(last !== undefined, (query) =>
        query.where(sql<boolean>`(kind, school_id) > (${last?.kind}, ${last?.schoolId})`),
      )
      .orderBy('kind')
      .orderBy('school_id')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return { buckets, next: undefined };
    last = { kind: row.kind, schoolId: row.school_id };
    buckets.push(last);
  }
  return { buckets, next: last };
}

/**
 * Ids and hashes of a bucket in the order of ids, at most `limit` of them.
 *
 * @param after the last id of the previous part, or '' to begin
 */
export async function manifest(
  scope: TenantScope,
  bucket: Bucket,
  after: string,
  limit: number,
): Promise<[id: string, hash: string][]> {
  const rows = await scope.db
    .selectFrom('record')
    .select(['id', 'hash'])
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', bucket.kind)
    .where('school_id', '=', bucket.schoolId)
    .where('id', '>', after)
    .where('deleted', '=', 0)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => [row.id, row.hash]);
}

/**
 * The intake checked the record with zod. Checking 1,000,000 records again would add 0.7 s to every cold turn; this guard
 * takes milliseconds (docs/decisions/16-checks-at-boundaries.md).
 */
function isRecord<K extends Kind>(value: unknown): value is RecordOf<K> {
  if (!isObject(value) || !('kind' in value)) return false;
  const isName = (name: string) => {
    const text: unknown = Reflect.get(value, name);
    return typeof text === 'string' && text !== '';
  };
  return namesIn.get(value.kind)?.every(isName) === true;
}

/** The fields that identify a record and its references. */
const namesIn: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['school', ['id', 'schoolId']],
  ['term', ['id', 'schoolId']],
  ['section', ['id', 'schoolId', 'termId']],
  ['student', ['id', 'schoolId']],
  ['teacher', ['id', 'schoolId']],
  ['studentEnrollment', ['id', 'schoolId', 'sectionId', 'studentId']],
  ['teacherRoster', ['id', 'schoolId', 'sectionId', 'teacherId']],
]);

/** A record as its row has it. */
export function storedRecord<K extends Kind>({ id, data }: { id: string; data: string }): RecordOf<K> {
  return readMany(isRecord<K>, data, 'record', id);
}

/** One record by kind and id, in any school; undefined if there is none (anymore). */
export async function readRecord<K extends Kind>(
  scope: TenantScope,
  kind: K,
  id: string,
): Promise<RecordOf<K> | undefined> {
  return (await readPerson(scope, kind, id)).records[0];
}

/** The records with one id, one per school, and whether there was one that is gone. */
export async function readPerson<K extends Kind>(
  scope: TenantScope,
  kind: K,
  id: string,
): Promise<{ records: RecordOf<K>[]; wasThere: boolean }> {
  const rows = await scope.db
    .selectFrom('record')
    .select(['id', 'data', 'deleted'])
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', kind)
    .where('id', '=', id)
    .orderBy('school_id')
    .execute();
  const records = rows.filter((row) => row.deleted === 0).map((row) => storedRecord<K>(row));
  return { records, wasThere: rows.some((row) => row.deleted === 1) };
}

/** Enrollments and rosters of one section, which are in the buckets of its school. */
export async function readBySection(
  scope: TenantScope,
  section: { id: string; schoolId: string },
): Promise<(RecordOf<'studentEnrollment'> | RecordOf<'teacherRoster'>)[]> {
  const rows = await scope.db
    .selectFrom('record')
    .select(['id', 'data'])
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', 'in', ['studentEnrollment', 'teacherRoster'])
    .where('school_id', '=', section.schoolId)
    .where('deleted', '=', 0)
    // A sieve, so that not every enrollment of a large school is parsed.
    .where('data', 'like', `%${section.id.replace(/[\\%_]/g, '_')}%`)
    .execute();
  const all = rows.map((row) => storedRecord<'studentEnrollment' | 'teacherRoster'>(row));
  return all.filter((membership) => membership.sectionId === section.id);
}
