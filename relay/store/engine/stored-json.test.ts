/** Rows damaged from outside: every reader names table and row, and never the value. */
import { type RawBuilder, sql } from 'kysely';
import t, { type Test } from 'tap';
import { testProfile } from '../../testing/relay-double.ts';
import { readDeletedAccounts } from '../accounts/deleted-accounts.ts';
import { readGivenNames } from '../accounts/given-names.ts';
import { findPasswords } from '../accounts/initial-passwords.ts';
import { readLinks } from '../accounts/links.ts';
import { noteHealth } from '../agents/agent-health.ts';
import { listAgents, sourceKind } from '../agents/agents.ts';
import { readApplied } from '../applied/applied.ts';
import { readDepartures } from '../applied/departures.ts';
import { readObject } from '../applied/objects.ts';
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
import { readTeams } from '../teams/teams.ts';
import { createTenant } from '../tenants/system.ts';

const at = '2026-09-01T08:00:00.000Z';

interface Damage {
  table: string;
  key: string;
  row(tenant: string, text: string): RawBuilder<unknown>;
  readers: ((scope: TenantScope) => Promise<unknown>)[];
}

async function allGivenNames(scope: TenantScope): Promise<string[]> {
  const names: string[] = [];
  for await (const [name] of readGivenNames(scope)) names.push(name);
  return names;
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

/** Rows with an invalid key column, and what the error calls the row instead. */
const damagedKeys: Damage[] = [
  ...['user', 'cat'].map((kind) => ({
    table: 'applied',
    key: 'object-1',
    row: (tenant: string, text: string) =>
      sql`insert into applied values (${tenant}, ${kind}, ${text}, 'object-1', '{}')`,
    readers: [readApplied],
  })),
  ...['member', 'owner', 'schoolUser', 'licence', 'cat'].map((kind) => ({
    table: 'applied_relation',
    key: kind === 'cat' ? 'cat' : '7',
    row: (tenant: string, text: string) =>
      sql`insert into applied_relation values (${tenant}, ${kind}, '7', ${text}, 0)`,
    readers: [readApplied],
  })),
  {
    table: 'departure',
    key: 'since 2026-09-01',
    row: (tenant, text) => sql`insert into departure values (${tenant}, ${text}, '2026-09-01')`,
    readers: [readDepartures],
  },
  {
    table: 'drift',
    key: `missing since ${at}`,
    row: (tenant, text) => sql`insert into drift
      values (${tenant}, 'missing', ${text}, 'member:students:1', null, null, 'open', 'kept', 0, ${at}, ${at})`,
    readers: [readDrift],
  },
  {
    table: 'drift',
    key: 'class:7',
    row: (tenant, text) => sql`insert into drift
      values (${tenant}, 'missing', 'class:7', ${`member:${text}`}, null, null, 'open', 'kept', 0, ${at}, ${at})`,
    readers: [readDrift],
  },
  {
    table: 'operation',
    key: 'operation-1',
    row: (tenant, text) => sql`insert into operation (tenant_id, id, run_id, kind, key, reason, state, at, seq)
      values (${tenant}, 'operation-1', 'run-0', 'updateUser', ${text}, 'r', 'intent', ${at}, 1)`,
    readers: [readIntents, (scope) => operationsOf(scope, 'run-0')],
  },
  {
    table: 'operation',
    key: 'operation-1',
    row: (tenant, text) => sql`insert into operation (tenant_id, id, run_id, kind, key, reason, state, at, seq)
      values (${tenant}, 'operation-1', 'run-0', ${text}, 'students:1', 'r', 'intent', ${at}, 1)`,
    readers: [readIntents],
  },
  ...(['kind', 'rule'] as const).map((column) => ({
    table: 'hold',
    key: 'removeMember:1:share',
    row: (tenant: string, text: string) => sql`insert into hold (tenant_id, profile, key, kind, school_id, rule, count,
        there, reason, effect, sample, state, first_seen, last_seen)
      values (${tenant}, 'test', 'removeMember:1:share', ${column === 'kind' ? text : 'removeMember'}, '1',
        ${column === 'rule' ? text : 'share'}, 1, 1, 'r', 'e', '[]', 'waiting', ${at}, ${at})`,
    readers: [readHolds],
  })),
  {
    table: 'link',
    key: 'object-1',
    row: (tenant, text) => sql`insert into link (tenant_id, role, person_id, object_id, rule, linked_at)
      values (${tenant}, ${text}, '1', 'object-1', 'created', ${at})`,
    readers: [readLinks],
  },
  {
    table: 'deleted_account',
    key: 'object-1',
    row: (tenant, text) => sql`insert into deleted_account (tenant_id, role, person_id, object_id, rule, deleted_at)
      values (${tenant}, ${text}, '1', 'object-1', 'created', ${at})`,
    readers: [readDeletedAccounts],
  },
  {
    table: 'given_name',
    key: at,
    row: (tenant, text) => sql`insert into given_name (tenant_id, user_principal_name, role, person_id, given_at)
      values (${tenant}, 'ada@contoso.edu', ${text}, '1', ${at})`,
    readers: [allGivenNames],
  },
  {
    table: 'initial_password',
    key: 'students:1',
    row: (tenant, text) => sql`insert into initial_password
        (tenant_id, role, person_id, user_principal_name, sealed, sealed_for, made_at)
      values (${tenant}, 'students', '1', 'ada@contoso.edu', 'x', ${text}, ${at})`,
    readers: [(scope) => findPasswords(scope, [{ role: 'students', personId: '1' }])],
  },
];

t.test('an invalid key column is damage, and its value is not reported', async (t) => {
  for (const { table, key, row, readers } of damagedKeys) {
    const { id, inTenant } = await setUp(t);
    await inTenant(({ db }) => row(id, 'Zelenka').execute(db));
    for (const read of readers) {
      const error = await inTenant(read).catch((thrown: unknown) => thrown);
      const message = `A row of the table ${table} in the database cannot be read (${key}): a key in it is not valid`;
      t.match(error, { code: 'STORED_VALUE_DAMAGED', message }, `${table} ${key}`);
      t.notMatch(String(error), /Zelenka/);
    }
  }
});

t.test('so is an empty id', async (t) => {
  const rows: [string, (tenant: string) => RawBuilder<unknown>, (scope: TenantScope) => Promise<unknown>][] = [
    ['applied', (id) => sql`insert into applied values (${id}, 'class', '', 'object-1', '{}')`, readApplied],
    [
      'applied_relation',
      (id) => sql`insert into applied_relation values (${id}, 'member', '', 'students:1', 0)`,
      readApplied,
    ],
    ['team', (id) => sql`insert into team values (${id}, '', 'object-1', 'there', null, ${at}, ${at})`, readTeams],
    [
      'record',
      (id) => recordRow(id, { kind: 'teacherRoster', id: '5', schoolId: '1', sectionId: '', teacherId: '9' }),
      (scope) => changedSince(scope, 0),
    ],
    ['record', (id) => recordRow(id, { kind: 'student', id: '5', schoolId: '' }), (scope) => changedSince(scope, 0)],
    ['record', (id) => recordRow(id, { kind: 'cat', id: '5', schoolId: '1' }), (scope) => changedSince(scope, 0)],
  ];
  for (const [table, row, read] of rows) {
    const { id, inTenant } = await setUp(t);
    await inTenant(({ db }) => row(id).execute(db));
    await t.rejects(inTenant(read), { code: 'STORED_VALUE_DAMAGED', message: `table ${table} ` }, table);
  }
});

function recordRow(tenant: string, record: Record<string, string>) {
  return sql`insert into record values (${tenant}, 'student', '1', '5', 'hash', ${JSON.stringify(record)}, 1, 0)`;
}

t.test('an invalid key is damage too', async (t) => {
  const { id, inTenant } = await setUp(t);
  const hold = damages.find(({ table }) => table === 'hold');
  await inTenant(async ({ db }) => hold?.row(id, '[{"key": "Zelenka", "reason": ""}]').execute(db));
  await t.rejects(inTenant(readHolds), { code: 'STORED_VALUE_DAMAGED', message: /table hold .*removeMember/ });
});

t.test('a damaged profile is reported, and a damaged applied profile is ignored', async (t) => {
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

t.test("an agent's next report replaces a damaged one", async (t) => {
  const { id, inTenant } = await setUp(t);
  const agent = damages.find(({ table }) => table === 'agent');
  await inTenant(async ({ db }) => agent?.row(id, '{"at"').execute(db));
  await inTenant((scope) => noteHealth(scope, 'agent-1', { at, state: 'idle' }));
  t.match(await inTenant(listAgents), [{ health: { at, state: 'idle' } }]);
});
