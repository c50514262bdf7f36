/**
 * Takes what agents send into the mirror. A batch is applied in parts, each in a transaction with the digest, so nothing
 * waits for a whole batch; it is acknowledged when the last part is durable. Applying a batch again, or the rest of it,
 * changes nothing.
 */
import { sql } from 'kysely';
import {
  addHash,
  type Digest,
  digestFromText,
  digestToText,
  emptyDigest,
  recordHash,
  removeHash,
  sameDigest,
} from '../../../shared/digest.ts';
import { fail } from '../../../shared/errors.ts';
import { fromWire } from '../../../shared/frames.ts';
import type { InParts } from '../../../shared/in-parts.ts';
import type { Batch, BucketDigest } from '../../../shared/link.ts';
import { type Bucket, bucketKey } from '../../../shared/roster.ts';
import { listed, rowsFrom } from '../engine/sql/dialect.ts';
import type { TenantScope } from '../store.ts';
import { digests, isChanged } from './mirror.ts';

/** Checking and hashing this many takes a millisecond or less. */
const rowsBetweenPauses = 32;
/** Rows per transaction: a full batch of 2,000 at once would block the thread for about 17 ms. */
const rowsInTransaction = 250;

type BatchParts = Pick<Batch, 'bucket' | 'upserts' | 'deletes'>;

/** Opens a cycle, replacing one that was left open: the mirror is not settled until a cycle commits. */
export async function beginCycle(scope: TenantScope, cycle: string): Promise<void> {
  await scope.db.updateTable('tenant').set({ open_cycle: cycle }).where('id', '=', scope.tenantId).execute();
}

/** The new state of each id in a batch: a row, or undefined for deleted. */
export type WantedRows = ReadonlyMap<string, { hash: string; record: object } | undefined>;

/**
 * Checks the records of a batch and hashes them. A record that is in both lists is an upsert.
 *
 * @throws HallpassError FRAME_MALFORMED when any record is invalid
 */
export function* rowsOf(salt: string, { bucket, upserts, deletes }: BatchParts): InParts<WantedRows> {
  const wanted = new Map<string, { hash: string; record: object } | undefined>();
  for (const id of deletes) wanted.set(id, undefined);
  for (const [at, fields] of upserts.entries()) {
    const record = fromWire(bucket, fields);
    wanted.set(record.id, { hash: recordHash(salt, record), record });
    if (at % rowsBetweenPauses === rowsBetweenPauses - 1) yield;
  }
  return wanted;
}

/** The rows of a batch in parts, applied one by one; a batch without rows is one part. */
export function partsOf(wanted: WantedRows): WantedRows[] {
  const all = [...wanted];
  const count = Math.max(1, Math.ceil(all.length / rowsInTransaction));
  return Array.from({ length: count }, (_, at) => {
    return new Map(all.slice(at * rowsInTransaction, (at + 1) * rowsInTransaction));
  });
}

/**
 * Applies rows of one batch to its bucket, and updates the digest.
 *
 * @returns how many records changed
 * @throws HallpassError LINK_OUT_OF_ORDER when `cycle` is not the open one (another agent began its own)
 */
export async function applyBatch(
  scope: TenantScope,
  cycle: string,
  bucket: Bucket,
  wanted: WantedRows,
): Promise<number> {
  const tenant = await tenantInCycle(scope, cycle, 'batch');
  const present = await hashesOf(scope, bucket, [...wanted.keys()]);

  let digest = await digestOfBucket(scope, bucket);
  const upserts: [id: string, hash: string, record: object][] = [];
  const deletes: string[] = [];
  for (const [id, row] of wanted) {
    const before = present.get(id);
    if (before === row?.hash) continue;
    if (before !== undefined) digest = removeHash(digest, before);
    if (row === undefined) deletes.push(id);
    else {
      digest = addHash(digest, row.hash);
      upserts.push([id, row.hash, row.record]);
    }
  }

  const version = tenant.roster_version + 1;
  if (upserts.length > 0) await upsertRecords(scope, bucket, upserts, version);
  if (deletes.length > 0) await deleteRecords(scope, bucket, deletes, version);
  const changed = upserts.length + deletes.length;
  if (changed > 0) await setDigest(scope, bucket, digest);
  return changed;
}

export interface CommitOutcome {
  /** False if a digest differed: the cycle then stays open until the agent has sent those buckets again. */
  settled: boolean;
  repair: Bucket[];
  /** Records in the mirror. */
  records: number;
}

/**
 * Ends a cycle. The mirror is settled only if its digests equal those of the agent, and only a settled mirror is
 * provisioned.
 *
 * @param named the digests that the agent expects of every bucket that it touched
 * @throws HallpassError LINK_OUT_OF_ORDER when `cycle` is not the open one
 */
export async function commitCycle(
  scope: TenantScope,
  cycle: string,
  named: readonly BucketDigest[],
  now: Date,
): Promise<CommitOutcome> {
  const tenant = await tenantInCycle(scope, cycle, 'cycle.commit');
  const own = await digests(scope);
  const byKey = new Map(own.map((bucket) => [bucketKey(bucket), bucket.digest]));
  const repair = named
    .filter((bucket) => !sameDigest(bucket.digest, byKey.get(bucketKey(bucket)) ?? digestToText(emptyDigest)))
    .map(({ kind, schoolId }) => ({ kind, schoolId }));
  const records = own.reduce((sum, bucket) => sum + bucket.digest.count, 0);
  if (repair.length > 0) return { settled: false, repair, records };

  const changed = await isChanged(scope, tenant.roster_version);
  await scope.db
    .updateTable('tenant')
    .set({
      open_cycle: null,
      roster_version: tenant.roster_version + (changed ? 1 : 0),
      committed_at: now.toISOString(),
    })
    .where('id', '=', scope.tenantId)
    .execute();
  return { settled: true, repair, records };
}

/** Read in the same transaction as the write that depends on it, so that two agents of a district cannot interleave. */
async function tenantInCycle(scope: TenantScope, cycle: string, type: string) {
  const tenant = await scope.db
    .selectFrom('tenant')
    .select(['roster_version', 'open_cycle'])
    .where('id', '=', scope.tenantId)
    .executeTakeFirstOrThrow();
  if (tenant.open_cycle !== cycle) {
    throw fail('LINK_OUT_OF_ORDER', { type, reason: 'another cycle has started for this district' });
  }
  return tenant;
}

async function hashesOf(scope: TenantScope, bucket: Bucket, ids: string[]): Promise<Map<string, string>> {
  const rows = await scope.db
    .selectFrom('record')
    .select(['id', 'hash'])
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', bucket.kind)
    .where('school_id', '=', bucket.schoolId)
    .where('id', 'in', listed(scope.db, ids))
    .where('deleted', '=', 0)
    .execute();
  return new Map(rows.map((row) => [row.id, row.hash]));
}

async function digestOfBucket(scope: TenantScope, bucket: Bucket): Promise<Digest> {
  const row = await scope.db
    .selectFrom('bucket')
    .select(['count', 'sum'])
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', bucket.kind)
    .where('school_id', '=', bucket.schoolId)
    .executeTakeFirst();
  return row === undefined ? emptyDigest : digestFromText(row);
}

async function setDigest(scope: TenantScope, { kind, schoolId }: Bucket, digest: Digest): Promise<void> {
  if (digest.count === 0) {
    await scope.db
      .deleteFrom('bucket')
      .where('tenant_id', '=', scope.tenantId)
      .where('kind', '=', kind)
      .where('school_id', '=', schoolId)
      .execute();
    return;
  }
  const text = digestToText(digest);
  await scope.db
    .insertInto('bucket')
    .values({ tenant_id: scope.tenantId, kind, school_id: schoolId, ...text })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'school_id']).doUpdateSet(text))
    .execute();
}

// One statement for the whole batch: its rows travel as one JSON parameter, so the statement is the same for every size.
// `where true` keeps SQLite from reading ON CONFLICT as a join constraint (https://sqlite.org/lang_upsert.html, 2.2).
async function upsertRecords(
  { db, tenantId }: TenantScope,
  { kind, schoolId }: Bucket,
  rows: [id: string, hash: string, record: object][],
  version: number,
): Promise<void> {
  await sql`
    insert into record (tenant_id, kind, school_id, id, hash, data, version, deleted)
    select ${tenantId}, ${kind}, ${schoolId}, value ->> 0, value ->> 1, value -> 2, ${version}, 0
    from ${rowsFrom(db, rows)} where true
    on conflict (tenant_id, kind, school_id, id)
    do update set hash = excluded.hash, data = excluded.data, version = excluded.version, deleted = 0`.execute(db);
}

async function deleteRecords(
  { db, tenantId }: TenantScope,
  { kind, schoolId }: Bucket,
  ids: string[],
  version: number,
): Promise<void> {
  await db
    .updateTable('record')
    .set({ deleted: 1, version, hash: '', data: '{}' })
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('school_id', '=', schoolId)
    .where('id', 'in', listed(db, ids))
    .execute();
}
