import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { Profile } from '../profile/profile.ts';
import { testProfile } from '../testing/relay-double.ts';
import { issueCode, listAgents, revokeAgent } from './agents/agents.ts';
import { codeHash, codeLifetimeMs, newCode } from './agents/enrollment-code.ts';
import { chooseProfile, readProfiles, removeProfile, setProfile } from './profiles/profiles.ts';
import { readProblems, replaceProblems } from './runs/problems.ts';
import { openStore, type Store, type TenantScope } from './store.ts';
import { createTenant, findAgent, findTenant, listTenants, redeemCode, revokedAmong } from './tenants/system.ts';

const now = new Date('2026-09-01T08:00:00Z');
const graphTenants = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;

const tenantNamed = (store: Store, slug: string, graphTenantId: string = graphTenants[0]) =>
  store.system((scope) => createTenant(scope, { slug, name: slug, graphTenantId }, now));

const redeem = (store: Store, code: string, at = now) =>
  store.system((scope) => redeemCode(scope, { code, name: 'a', publicKey: 'x'.repeat(43), version: '1' }, at));

t.test('keeps what was committed, in a file of its owner alone', async (t) => {
  const file = join(t.testdir(), 'deep/relay.db');
  const first = await openStore(file);
  await tenantNamed(first, 'contoso');
  await first.close();
  const again = await openStore(file);
  t.match(await again.system(listTenants), [{ slug: 'contoso', roster_version: 0, open_cycle: null }]);
  await again.close();
  t.equal((await stat(file)).mode & 0o077, 0);
});

t.test('what is deleted is in no free page of the file', async (t) => {
  const file = join(t.testdir(), 'relay.db');
  const store = await openStore(file);
  const { id } = await tenantNamed(store, 'contoso');
  const named = (at: number) => ({
    subject: `students:${at}`,
    code: 'X',
    message: `Zzyzx ${'n'.repeat(at)}`,
    action: 'a',
  });
  const problems = Array.from({ length: 300 }, (_, at) => named(at));
  const replace = (some: typeof problems, at: Date) =>
    store.withTenant(id, (scope) => replaceProblems(scope, 'a', some, at.toISOString()));
  const namesLeft = async () => (await readFile(file)).toString('latin1').split('Zzyzx').length - 1;
  await replace(problems, now);
  await replace(problems.slice(0, 1), new Date(now.getTime() + 1));
  await store.close();
  t.equal(await namesLeft(), 1);
});

t.test('a reading that tries to write fails, in a file and in memory', async (t) => {
  for (const file of [join(t.testdir(), 'relay.db'), ':memory:']) {
    const store = await openStore(file);
    t.teardown(() => store.close());
    const { id } = await tenantNamed(store, 'contoso');
    await t.rejects(store.readTenant(id, (scope) => setProfile(scope, testProfile, now)));
    t.same(await store.withTenant(id, ({ db }) => db.selectFrom('profile').select('name').execute()), []);
    await store.withTenant(id, (scope) => setProfile(scope, testProfile, now));
  }
});

t.test('refuses a database of a newer version, and leaves it alone', async (t) => {
  const file = join(t.testdir(), 'relay.db');
  await (await openStore(file)).close();
  const raw = new DatabaseSync(file);
  raw.exec("insert into kysely_migration values ('999-from-the-future', '2030-01-01T00:00:00Z')");
  raw.close();
  await t.rejects(openStore(file), { code: 'STORE_TOO_NEW', message: /999-from-the-future/ });
});

t.test('says when the file is no database, is damaged or cannot be reached', async (t) => {
  const dir = t.testdir();
  const file = (name: string) => join(dir, name, 'relay.db');
  for (const name of ['text', 'damaged', 'cut', 'folder', 'pipe']) mkdirSync(join(dir, name));
  writeFileSync(file('text'), 'this is a text file, and quite a long one for a database header'.repeat(20));
  for (const name of ['damaged', 'cut']) await (await openStore(file(name))).close();
  const size = statSync(file('damaged')).size;
  writeFileSync(file('damaged'), Buffer.alloc(size - 4096, 0x5a), { flag: 'r+' });
  const whole = readFileSync(file('damaged'));
  readFileSync(file('cut')).copy(whole, 0, 0, 4096);
  writeFileSync(file('damaged'), whole);
  truncateSync(file('cut'), 20_000);
  mkdirSync(file('folder'));
  for (const [name, message] of [
    ['text', /not an SQLite database/],
    ['damaged', /damaged/],
    ['cut', /damaged/],
  ] as const) {
    await t.rejects(openStore(file(name)), { code: 'STORE_DAMAGED', retry: 'fix', message, action: /newest backup/ });
  }
  await t.rejects(openStore(file('folder')), { code: 'STATE_FOLDER_UNUSABLE', message: /its relay\.db is a folder/ });
  await t.rejects(openStore(join(file('text'), 'below-a-file')), { code: 'STATE_FOLDER_UNUSABLE' });
  if (process.platform === 'win32' || spawnSync('mkfifo', [file('pipe')]).status !== 0) return;
  await t.rejects(openStore(file('pipe')), { code: 'STATE_FOLDER_UNUSABLE', message: /device or pipe/ });
});

t.test('tenants', async (t) => {
  const store = await openStore(':memory:');
  t.teardown(() => store.close());
  const made = await tenantNamed(store, 'contoso');
  await t.rejects(tenantNamed(store, 'contoso', graphTenants[1]), { code: 'TENANT_EXISTS', message: /contoso/ });
  await t.rejects(tenantNamed(store, 'other'), { code: 'TENANT_EXISTS', message: /11111111/ });
  t.equal((await store.system((scope) => findTenant(scope, 'contoso'))).id, made.id);
  t.equal((await store.system((scope) => findTenant(scope, made.id))).slug, 'contoso');
  await t.rejects(
    store.system((scope) => findTenant(scope, 'nobody')),
    { code: 'TENANT_UNKNOWN', message: /nobody/ },
  );
});

t.test('a code works once, within ten minutes, however it is typed', async (t) => {
  const store = await openStore(':memory:');
  t.teardown(() => store.close());
  const tenant = await tenantNamed(store, 'contoso');
  const issue = () => store.withTenant(tenant.id, (scope) => issueCode(scope, now));

  const { code, expiresAt } = await issue();
  t.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  t.equal(Date.parse(expiresAt) - now.getTime(), codeLifetimeMs);
  t.equal(codeHash(` ${code.toLowerCase().replaceAll('-', '')}`), codeHash(code));
  t.equal(codeHash('OIL0'), codeHash('0110'));

  t.match(await redeem(store, code.toLowerCase()), { tenantId: tenant.id, tenantSlug: 'contoso' });
  t.equal(await redeem(store, code), undefined, 'used');
  t.equal(await redeem(store, newCode()), undefined, 'wrong');
  t.equal(await redeem(store, (await issue()).code, new Date(now.getTime() + codeLifetimeMs)), undefined, 'expired');
});

t.test('no setting of the clock revives a code', async (t) => {
  const store = await openStore(':memory:');
  t.teardown(() => store.close());
  const tenant = await tenantNamed(store, 'contoso');
  const issue = async () => {
    const at = { boot: 'first', ms: 1_000_000 };
    return (await store.withTenant(tenant.id, (scope) => issueCode(scope, now, at))).code;
  };
  const minutes = (count: number) => count * 60_000;
  const attempt = async (code: string, clock: number, uptime: number, boot: string | null = 'first') => {
    const given = { code, name: 'a', publicKey: 'x'.repeat(43), version: '1' };
    const at = new Date(now.getTime() + minutes(clock));
    const running = { boot, ms: 1_000_000 + minutes(uptime) };
    return (await store.system((scope) => redeemCode(scope, given, at, running))) !== undefined;
  };
  t.equal(await attempt(await issue(), 9, 9), true);
  t.equal(await attempt(await issue(), 1, 11), false, 'eleven minutes have passed, and the clock was set back');
  t.equal(await attempt(await issue(), -60, 1), true, 'a clock that was set back harms no fresh code');
  t.equal(await attempt(await issue(), -60, 1, 'second'), false, 'after a restart a time before its issue does');
  const late = await issue();
  t.equal(await attempt(late, 11, 1), false, 'too late by the clock');
  t.equal(await attempt(late, 1, 1), false, 'and that it stays when the clock is set back');
  t.equal(await attempt(await issue(), 5, 500, 'second'), true, 'after a restart of the computer the clock decides');
  t.equal(await attempt(await issue(), 11, -10, 'second'), false);
});

t.test('revoking is for good and within the tenant alone', async (t) => {
  const store = await openStore(':memory:');
  t.teardown(() => store.close());
  const own = await tenantNamed(store, 'contoso');
  const other = await tenantNamed(store, 'fabrikam', graphTenants[1]);
  const { code } = await store.withTenant(own.id, (scope) => issueCode(scope, now));
  const agentId = (await redeem(store, code))?.agentId ?? '';

  await t.rejects(
    store.withTenant(other.id, (scope) => revokeAgent(scope, agentId, now)),
    { code: 'AGENT_NOT_FOUND' },
  );
  t.same(await store.withTenant(other.id, listAgents), []);
  t.same(await store.system((scope) => revokedAmong(scope, [agentId])), []);

  await store.withTenant(own.id, (scope) => revokeAgent(scope, agentId, now));
  await store.withTenant(own.id, (scope) => revokeAgent(scope, agentId, new Date(0)));
  t.match(await store.withTenant(own.id, listAgents), [{ id: agentId, revokedAt: now.toISOString() }]);
  t.match(await store.system((scope) => findAgent(scope, agentId)), { revoked: true, tenantSlug: 'contoso' });
  t.same(await store.system((scope) => revokedAmong(scope, [agentId, 'nobody'])), [agentId, 'nobody']);
});

t.test('a profile replaces the one of its name, and leaves nothing of its own behind when it is removed', async (t) => {
  const store = await openStore(':memory:');
  t.teardown(() => store.close());
  const tenant = await tenantNamed(store, 'contoso');
  const inTenant = <T>(work: (scope: TenantScope) => Promise<T>) => store.withTenant(tenant.id, work);
  for (const [name, schools] of [
    ['b', ['1']],
    ['a', ['2']],
    ['b', ['3']],
  ] as const) {
    await inTenant((scope) => setProfile(scope, { ...testProfile, name, schools: [...schools] }, now));
  }
  const [a, b] = ['a', 'b'].map((name, at) => ({ ...testProfile, name, schools: [at === 0 ? '2' : '3'] }));
  t.same(await inTenant(readProfiles), [a, b]);
  const chosen = (name?: string) => chooseProfile([a, b] as Profile[], 'contoso', name);
  t.equal(chosen('b').name, 'b');
  t.throws(() => chosen(), { code: 'PROFILE_NOT_NAMED', message: /a, b/ });
  t.throws(() => chosen('c'), { code: 'PROFILE_UNKNOWN' });
  t.throws(() => chooseProfile([], 'contoso', undefined), { code: 'PROFILE_MISSING' });

  const wrong = [{ subject: 'students:1', code: 'UnmatchedEntry', message: 'm', action: 'a' }];
  for (const name of ['a', 'b']) await inTenant((scope) => replaceProblems(scope, name, wrong, now.toISOString()));
  await inTenant((scope) => replaceProblems(scope, 'a', [], new Date(now.getTime() + 1).toISOString()));
  t.match(await inTenant(readProblems), [{ profile: 'b', subject: 'students:1' }]);
  await inTenant((scope) => removeProfile(scope, 'b'));
  t.same(await inTenant(readProfiles), [a]);
  t.same(await inTenant(readProblems), []);
});
