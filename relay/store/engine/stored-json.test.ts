/** Rows that something else has changed: every reader says which table and row, and never what stands there. */
import { type RawBuilder, sql } from 'kysely';
import t, { type Test } from 'tap';
import { testProfile } from '../../testing/relay-double.ts';
import { noteHealth } from '../agents/agent-health.ts';
import { listAgents, sourceKind } from '../agents/agents.ts';
import { readApplied, readObject } from '../applied/applied.ts';
import { readAudit } from '../audit/audit.ts';
import { readFound } from '../directory/found.ts';
import { readDrift } from '../drift/drift.ts';
import { readHolds } from '../guard/holds.ts';
import { readLastGood } from '../guard/last-good.ts';
import { readAppliedProfiles, readProfiles, setProfile } from '../profiles/profiles.ts';
import { readQuarantines } from '../profiles/quarantine.ts';
import { changedSince, readRecord } from '../roster/mirror.ts';
import { operationsOn, readIntents } from '../runs/journal.ts';
import { listRuns, operationsOf } from '../runs/run-history.ts';
import { openStore, type TenantScope } from '../store.ts';
import { createTenant } from '../tenants/system.ts';

const at = '2026-09-01T08:00:00.000Z';

interface Damage {
  table: string;
  key: string;
  row(tenant: string, text: string): RawBuilder<unknown>;
  readers: ((scope: TenantScope) => Promise<unknown>)[];
}

const damages: Damage[] = [
  {
    table: 'applied',
    key: 'students:1',
    row: (tenant, text) => sql`insert into applied values (${tenant}, 'user', 'students:1', 'object', ${text})`,
    readers: [readApplied, (scope) => readObject(scope, 'user', 'students:1')],
  },
  {
    table: 'record',
    key: '4711',
    row: (tenant, text) => sql`insert into record values (${tenant}, 'student', '1', '4711', 'hash', ${text}, 1, 0)`,
    readers: [(scope) => readRecord(scope, 'student', '4711'), (scope) => changedSince(scope, 0)],
  },
  {
    table: 'profile',
    key: 'test',
    row: (_, text) => sql`update profile set quarantine = ${text}`,
    readers: [readQuarantines],
  },
  {
    table: 'agent',
    key: 'agent-1',
    row: (tenant, text) => sql`insert into agent (tenant_id, id, name, public_key, version, created_at, health, source)
      values (${tenant}, 'agent-1', 'a', 'x', '1', ${at}, ${text}, ${text})`,
    readers: [listAgents, sourceKind],
  },
  {
    table: 'drift',
    key: 'class:7',
    row: (tenant, text) => sql`insert into drift
      values (${tenant}, 'changed', 'class:7', 'displayName', '"ours"', ${text}, 'open', 'kept', 0, ${at}, ${at})`,
    readers: [readDrift],
  },
  {
    table: 'found_object',
    key: 'object-1',
    row: (tenant, text) => sql`insert into found_object (tenant_id, object_id, kind, detail)
      values (${tenant}, 'object-1', 'user', ${text})`,
    readers: [readFound],
  },
  {
    table: 'hold',
    key: 'removeMember:1:share',
    row: (tenant, text) => sql`insert into hold (tenant_id, profile, key, kind, school_id, rule, count, there, reason,
        effect, sample, state, first_seen, last_seen)
      values (${tenant}, 'test', 'removeMember:1:share', 'removeMember', '1', 'share', 1, 1, 'r', 'e', ${text},
        'waiting', ${at}, ${at})`,
    readers: [readHolds],
  },
  {
    table: 'last_good',
    key: '12',
    row: (tenant, text) => sql`insert into last_good (tenant_id, school_id, counts, sections, at)
      values (${tenant}, '12', '{"student": 3}', ${text}, ${at})`,
    readers: [readLastGood],
  },
  {
    table: 'run',
    key: 'run-1',
    row: (
      tenant,
      text,
    ) => sql`insert into run (tenant_id, id, started_at, state, planned, done, failed, held, profile, seq, problems)
      values (${tenant}, 'run-1', ${at}, 'success', ${text}, 0, 0, 0, 'test', 1, 0)`,
    readers: [(scope) => listRuns(scope, { limit: 9 })],
  },
  {
    table: 'operation',
    key: 'operation-1',
    row: (
      tenant,
      text,
    ) => sql`insert into operation (tenant_id, id, run_id, kind, key, reason, before, after, state, at, seq)
      values (${tenant}, 'operation-1', 'run-0', 'updateUser', 'students:1', 'r', null, ${text}, 'intent', ${at}, 1)`,
    readers: [readIntents, (scope) => operationsOn(scope, 'students:1'), (scope) => operationsOf(scope, 'run-0')],
  },
  {
    table: 'audit',
    key: 'audit-1',
    row: (tenant, text) => sql`insert into audit (tenant_id, id, at, who, action, detail, seq)
      values (${tenant}, 'audit-1', ${at}, 'kim', 'link.set', ${text}, 1)`,
    readers: [(scope) => readAudit(scope, { limit: 9 })],
  },
];

async function setUp(t: Test) {
  const store = await openStore(':memory:');
  t.teardown(() => store.close());
  const given = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
  const { id } = await store.system((scope) => createTenant(scope, given, new Date(at)));
  await store.withTenant(id, async (scope) => {
    await setProfile(scope, testProfile, new Date(at));
    await sql`insert into run (tenant_id, id, started_at, state, planned, done, failed, held, profile, seq, problems)
      values (${id}, 'run-0', ${at}, 'success', '{"createUser": 1}', 0, 0, 0, 'test', 0, 0)`.execute(scope.db);
  });
  return { id, inTenant: <T>(fn: (scope: TenantScope) => Promise<T>) => store.withTenant(id, fn) };
}

for (const text of ['{"surname": "Zelenka', '[7, {"surname": "Zelenka"}]', '7']) {
  t.test(`${text} in the place of what belongs there`, async (t) => {
    for (const { table, key, row, readers } of damages) {
      const message = `A row of the table ${table} in the database cannot be read (${key}): `;
      const { id, inTenant } = await setUp(t);
      await inTenant(({ db }) => row(id, text).execute(db));
      for (const read of readers) {
        const error = await inTenant(read).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        t.match(error, { code: 'STORED_VALUE_DAMAGED', retry: 'fix', message }, table);
        t.notMatch(String(error), /Zelenka/);
      }
    }
  });
}

t.test('a key that names nothing is damage, too', async (t) => {
  const { id, inTenant } = await setUp(t);
  const hold = damages.find(({ table }) => table === 'hold');
  await inTenant(async ({ db }) => hold?.row(id, '[{"key": "Zelenka", "reason": ""}]').execute(db));
  await t.rejects(inTenant(readHolds), { code: 'STORED_VALUE_DAMAGED', message: /table hold .*removeMember/ });
});

t.test('a damaged profile is told, and one that was carried out is left out', async (t) => {
  const { inTenant } = await setUp(t);
  await inTenant(({ db }) => sql`update profile set body = '{"name"', applied_body = '{"name"'`.execute(db));
  const error = { code: 'STORED_VALUE_DAMAGED', message: /profile.*test/ };
  await t.rejects(inTenant(readProfiles), error);
  await t.rejects(
    inTenant((scope) => setProfile(scope, testProfile, new Date(at))),
    error,
  );
  t.same(await inTenant(readAppliedProfiles), new Map());
});

t.test('what an agent says next takes the place of a damaged state of health', async (t) => {
  const { id, inTenant } = await setUp(t);
  const agent = damages.find(({ table }) => table === 'agent');
  await inTenant(async ({ db }) => agent?.row(id, '{"at"').execute(db));
  await inTenant((scope) => noteHealth(scope, 'agent-1', { at, state: 'idle' }));
  t.match(await inTenant(listAgents), [{ health: { at, state: 'idle' } }]);
});
