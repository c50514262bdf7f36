/**
 * How fast the relay takes records in, beside the bare driver writing the same rows in the same run: the ratio says what
 * validation, hashing, digests and kysely cost, whatever the machine.
 *
 *   node scripts/bench/intake.ts [--records 200000] [--rounds 3]
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../relay/store/engine/sqlite/sqlite-dialect.ts';
import { applyBatch, beginCycle, commitCycle, rowsOf } from '../../relay/store/roster/intake.ts';
import { openStore } from '../../relay/store/store.ts';
import { createTenant } from '../../relay/store/tenants/system.ts';
import { atOnce } from '../../shared/in-parts.ts';
import { limits } from '../../shared/link.ts';
import type { Bucket } from '../../shared/roster.ts';
import { count, readScriptOptions } from '../script-options.ts';

const {
  options: { records, rounds },
} = readScriptOptions<{ records: number; rounds: number }>(
  'npm run bench -- intake',
  'How fast the relay takes records in, beside the bare driver writing the same rows in the same run.',
  (command) =>
    command
      .option('--records <number>', 'in all', count, 200_000)
      .option('--rounds <number>', 'the best of so many', count, 3),
);
const schools = 20;

interface Load {
  bucket: Bucket;
  upserts: Record<string, unknown>[];
}

/** Enrollments in full batches, school by school, as an agent sends them. */
function loads(): Load[] {
  const made: Load[] = [];
  const perSchool = Math.ceil(records / schools);
  for (let school = 1; school <= schools; school++) {
    for (let from = 0; from < perSchool; from += limits.maxBatchRecords) {
      const upserts = Array.from({ length: Math.min(limits.maxBatchRecords, perSchool - from) }, (_, at) => {
        const number = school * 1_000_000 + from + at;
        const [sectionId, studentId] = [String(number % 20_000), String(number % 100_000)];
        return { id: String(number), sectionId, studentId, startDate: '2026-08-20', endDate: '2027-06-11' };
      });
      made.push({ bucket: { kind: 'studentEnrollment', schoolId: String(school) }, upserts });
    }
  }
  return made;
}

async function withFile<T>(fn: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-'));
  try {
    return await fn(join(folder, 'relay.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Records a second through the relay's own intake, every batch durable. */
function relayIntake(work: Load[]): Promise<number> {
  return withFile(async (file) => {
    const store = await openStore(file);
    const tenant = await store.system((scope) =>
      createTenant(scope, { slug: 'bench', name: 'Bench', graphTenantId: randomUUID() }, new Date()),
    );
    const { salt } = await store.withTenant(tenant.id, ({ db }) =>
      db.selectFrom('tenant').select('salt').where('id', '=', tenant.id).executeTakeFirstOrThrow(),
    );
    const cycle = randomUUID();
    const began = performance.now();
    await store.withTenant(tenant.id, (scope) => beginCycle(scope, cycle));
    for (const { bucket, upserts } of work) {
      const rows = atOnce(rowsOf(salt, { bucket, upserts, deletes: [] }));
      await store.withTenant(tenant.id, (scope) => applyBatch(scope, cycle, bucket, rows));
    }
    await store.withTenant(tenant.id, (scope) => commitCycle(scope, cycle, [], new Date()));
    const rate = perSecond(began);
    await store.close();
    return rate;
  });
}

/** Records a second when the driver upserts the same rows into the same table and does nothing else. */
function bareDriver(work: Load[]): Promise<number> {
  return withFile(async (file) => {
    await (await openStore(file)).close();
    const database = openSqlite(file);
    const statement = database.prepare(
      `insert into record (tenant_id, kind, school_id, id, hash, data, version, deleted) values (?, ?, ?, ?, ?, ?, 1, 0)
       on conflict (tenant_id, kind, school_id, id)
       do update set hash = excluded.hash, data = excluded.data, version = excluded.version, deleted = 0`,
    );
    const tenantId = randomUUID();
    const hash = 'ab'.repeat(16);
    const began = performance.now();
    for (const { bucket, upserts } of work) {
      database.exec('begin immediate');
      for (const fields of upserts) {
        const data = JSON.stringify({ ...bucket, ...fields });
        statement.run(tenantId, bucket.kind, bucket.schoolId, String(fields.id), hash, data);
      }
      database.exec('commit');
    }
    const rate = perSecond(began);
    database.close();
    return rate;
  });
}

function perSecond(began: number): number {
  return records / ((performance.now() - began) / 1000);
}

const work = loads();
const best = { relay: 0, bare: 0 };
// Alternating rounds, the best of each: what else the machine does slows both alike, or one of them only sometimes.
for (let round = 0; round < rounds; round++) {
  best.bare = Math.max(best.bare, await bareDriver(work));
  best.relay = Math.max(best.relay, await relayIntake(work));
}
const shown = (rate: number) => Math.round(rate).toLocaleString('en').padStart(9);
process.stdout.write(`${records.toLocaleString('en')} enrollments in batches of ${limits.maxBatchRecords}, best of ${rounds}
bare driver   ${shown(best.bare)} records/s
relay intake  ${shown(best.relay)} records/s   ${(best.relay / best.bare).toFixed(2)} of the bare driver
`);
