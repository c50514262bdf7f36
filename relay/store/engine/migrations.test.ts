/** Databases of earlier versions: what they hold is still there after the migrations since. */
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import t from 'tap';
import { readAudit, writeAudit } from '../audit/audit.ts';
import { readHolds } from '../guard/holds.ts';
import { lastRun } from '../runs/journal.ts';
import { readProblems } from '../runs/problems.ts';
import { operationsOf } from '../runs/run-history.ts';
import { openStore } from '../store.ts';
import { mightOf } from '../tenants/api-tokens.ts';
import { tenantsAndRoster } from './migrations/001-tenants-and-roster.ts';
import { provisioning } from './migrations/002-provisioning.ts';
import { holds } from './migrations/003-holds.ts';
import { accounts } from './migrations/004-accounts.ts';
import { NodeSqliteDialect, openSqlite } from './sqlite/sqlite-dialect.ts';

const fourth = {
  '001-tenants-and-roster': tenantsAndRoster,
  '002-provisioning': provisioning,
  '003-holds': holds,
  '004-accounts': accounts,
};

t.test('runs, problems and decisions of the one profile that there was become its own', async (t) => {
  const file = join(t.testdir(), 'relay.db');
  const old = new Kysely<unknown>({ dialect: new NodeSqliteDialect(openSqlite(file)) });
  const { error } = await new Migrator({ db: old, provider: { getMigrations: async () => fourth } }).migrateToLatest();
  t.equal(error, undefined);
  const at = '2026-09-01T08:00:00Z';
  for (const statement of [
    sql`insert into tenant (id, slug, name, graph_tenant_id, salt, roster_version, created_at)
        values ('t', 'contoso', 'Contoso', 'g', 's', 0, ${at})`,
    sql`insert into profile values ('t', 'p', 'all schools', '{}', ${at}, ${at})`,
    sql`insert into run (tenant_id, id, started_at, state, planned, done, failed, held)
        values ('t', 'r', ${at}, 'success', '{}', 3, 0, 0)`,
    ...['o2', 'o1', 'o3'].map(
      (id) => sql`insert into operation (tenant_id, id, run_id, kind, key, reason, state, at)
        values ('t', ${id}, 'r', 'addMembers', ${`class:${id}`}, 'r', 'done', ${at})`,
    ),
    ...['kim', 'lee'].map((who) => sql`insert into audit values ('t', ${who}, ${at}, ${who}, 'profile.set', '{}')`),
    sql`insert into problem values ('t', 'students:1', 'UnmatchedEntry', 'm', 'a', ${at}, ${at})`,
    sql`insert into hold (tenant_id, key, kind, school_id, rule, count, there, reason, effect, sample, state, first_seen,
          last_seen, decided_by, decided_at, decided_count)
        values ('t', 'removeMember:1:share', 'removeMember', '1', 'share', 5, 9, 'r', 'e', '[]', 'rejected', ${at},
          ${at}, 'kim', ${at}, 5)`,
  ]) {
    await statement.execute(old);
  }
  await old.destroy();

  const store = await openStore(file);
  t.teardown(() => store.close());
  const profile = 'all schools';
  await store.withTenant('t', async (scope) => {
    t.match(await lastRun(scope, profile), { profile, state: 'success', done: 3 });
    t.match(await readProblems(scope), [{ profile, subject: 'students:1', firstAt: at }]);
    t.match(
      await operationsOf(scope, 'r'),
      ['o2', 'o1', 'o3'].map((id) => ({ key: `class:${id}` })),
      'in the order in which they were written, though their times tie',
    );
    t.match(await readAudit(scope, { limit: 9 }), [{ who: 'lee' }, { who: 'kim' }]);
    await writeAudit(scope, { at, who: 'ann', action: 'hold.approved', detail: {}, note: null, actor: null });
    t.match(await readAudit(scope, { limit: 1 }), [{ who: 'ann' }]);
    t.match(await readHolds(scope, profile), [{ profile, state: 'rejected', decidedBy: 'kim', decidedCount: 5 }]);
  });
});

t.test('tokens of before there were scopes can do what they could, and nothing that came since', async (t) => {
  const file = join(t.testdir(), 'relay.db');
  await (await openStore(file)).close();
  const old = new Kysely<unknown>({ dialect: new NodeSqliteDialect(openSqlite(file)) });
  await sql`delete from kysely_migration where name = '031-token-scopes'`.execute(old);
  await sql`alter table access_token drop column scopes`.execute(old);
  const at = '2026-09-01T08:00:00Z';
  for (const role of ['viewer', 'admin', 'operator']) {
    await sql`insert into access_token (id, name, hash, role, every_tenant, created_at, created_by, expires_at)
      values (${role}, 'n', ${role}, ${role}, 1, ${at}, 'kim', ${at})`.execute(old);
  }
  await old.destroy();
  const store = await openStore(file);
  t.teardown(() => store.close());
  const read = ['status', 'agents', 'profiles', 'runs', 'holds', 'problems', 'links', 'audit'];
  const might = (id: string) => store.system((scope) => mightOf(scope, id));
  t.same(await might('viewer'), { role: 'viewer', scopes: read, tenants: 'all' });
  t.same(await might('admin'), { role: 'admin', scopes: [...read, 'tokens'], tenants: 'all' });
  t.same((await might('operator'))?.scopes, [...read, 'tokens']);
});
