/** A change is first authorized, and then recorded in the audit log in one transaction, or neither happens. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { systemClock } from '../../shared/clock.ts';
import { accessScopes } from '../model/access-scope.ts';
import { readAudit } from '../store/audit/audit.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { createTenant } from '../store/tenants/system.ts';
import { countTenant } from '../store/tenants/tenants.ts';
import { openFreshStore } from '../testing/fresh-store.ts';
import { testProfile } from '../testing/relay-double.ts';
import type { Actor } from './actor.ts';
import { enrollAgent, makeCode, shutOut } from './commands/agents.ts';
import { controlRuns } from './commands/runs.ts';
import { changeTenant, deleteTenant } from './commands/tenants.ts';
import { ask, enter, perform } from './perform.ts';

const kim: Actor = { kind: 'terminal', user: 'kim', note: 'Ticket 4711' };

async function setUp(t: Test) {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const add = (slug: string, digit: string) =>
    store.system((scope) => createTenant(scope, { slug, name: slug, graphTenantId: digit.repeat(32) }, new Date()));
  const [contoso, fabrikam] = [await add('contoso', '1'), await add('fabrikam', '2')];
  await store.withTenant(contoso.id, (scope) => setProfile(scope, testProfile, new Date()));
  const context = { home: '/', store, clock: systemClock, signal: AbortSignal.abort() };
  const audit = (tenantId: string) => store.readTenant(tenantId, (scope) => readAudit(scope, { limit: 9 }));
  const token = (role: 'viewer' | 'admin', ...tenants: string[]): Actor => {
    return { kind: 'token', id: 'id', name: 'portal', role, scopes: accessScopes, tenants };
  };
  return { store, context, contoso, fabrikam, audit, token };
}

t.test('an entry says who did it, with which role, what it was, and the note', async (t) => {
  const { context, contoso, fabrikam, audit, token } = await setUp(t);
  await controlRuns(context, kim, { tenant: 'contoso', request: 'starts' });
  await controlRuns(context, token('admin', contoso.id), { tenant: contoso.id, request: 'cancels' });
  t.match(await audit(contoso.id), [
    { who: 'token portal', action: 'run.cancel', note: null, actor: { kind: 'token', id: 'id', role: 'admin' } },
    { who: 'kim', action: 'run.start', note: 'Ticket 4711', actor: { kind: 'terminal', role: 'operator' } },
  ]);
  t.same(await audit(fabrikam.id), []);
});

t.test(
  'an actor without the right or the access changes nothing, and cannot tell the district from one that does not exist',
  async (t) => {
    const { context, contoso, audit, token } = await setUp(t);
    const start = (actor: Actor, tenant: string) => controlRuns(context, actor, { tenant, request: 'starts' });
    await t.rejects(start(token('viewer', contoso.id), 'contoso'), { code: 'ROLE_INSUFFICIENT' });
    const admin = token('admin', contoso.id);
    const messages: string[] = [];
    for (const tenant of ['fabrikam', 'nowhere']) {
      await start(admin, tenant).catch(({ code, message }) => messages.push(`${code} ${message}`.replace(tenant, 'X')));
      await t.rejects(
        ask(context, admin, { question: 'status', tenant }, async () => undefined),
        { code: 'TENANT_UNKNOWN' },
      );
    }
    t.equal(new Set(messages).size, 1, messages.join(', '));
    await t.rejects(start({ kind: 'agent', name: 'a' }, 'contoso'), { code: 'ROLE_INSUFFICIENT' });
    t.same(await audit(contoso.id), []);
  },
);

t.test('an actor who was admitted to a district changes that one, even if it was renamed meanwhile', async (t) => {
  const { store, context, contoso, fabrikam, audit, token } = await setUp(t);
  const admin = token('admin', contoso.id);
  const entered = await enter(store, admin, 'run.start', 'contoso');
  await changeTenant(context, kim, { tenant: 'contoso', slug: 'old' });
  await changeTenant(context, kim, { tenant: 'fabrikam', slug: 'contoso' });
  await controlRuns(context, admin, { tenant: entered, request: 'starts' });
  t.match(await audit(contoso.id), [{ action: 'run.start' }, { action: 'tenant.edit' }]);
  t.match(await audit(fabrikam.id), [{ action: 'tenant.edit' }]);
  await t.rejects(controlRuns(context, admin, { tenant: fabrikam, request: 'starts' }), { code: 'TENANT_UNKNOWN' });
});

t.test('adds no rows to a district that was removed meanwhile', async (t) => {
  const { store, context, contoso, token } = await setUp(t);
  const admin = token('admin', contoso.id);
  const entered = await enter(store, admin, 'agent.code', 'contoso');
  await deleteTenant(context, kim, { tenant: 'contoso', confirm: 'contoso' });
  await t.rejects(makeCode(context, admin, { tenant: entered }), { code: 'TENANT_UNKNOWN' });
  await t.rejects(makeCode(context, kim, { tenant: entered }), { code: 'TENANT_UNKNOWN' });
  t.same(await store.withTenant(contoso.id, countTenant), []);
});

t.test('does not log a change that fails, and does not make a change that it cannot log', async (t) => {
  const { store, context, contoso, audit } = await setUp(t);
  const task = { action: 'agent.revoke', tenant: 'contoso' } as const;
  const rename = perform(context, kim, task, ({ write }) =>
    write(async ({ db, tenantId }) => {
      await db.updateTable('tenant').set({ name: 'New' }).where('id', '=', tenantId).execute();
      return { outcome: undefined, entries: [{ value: 1n }] };
    }),
  );
  await t.rejects(rename, TypeError, 'no JSON');
  const [row] = await store.system(({ db }) =>
    db.selectFrom('tenant').select('name').where('id', '=', contoso.id).execute(),
  );
  t.equal(row?.name, 'contoso');
  await t.rejects(shutOut(context, kim, { tenant: 'contoso', agent: 'none' }), { code: 'AGENT_NOT_FOUND' });
  t.same(await audit(contoso.id), []);
});

t.test('an agent enters with a code alone, and the log names the agent', async (t) => {
  const { context, contoso, audit } = await setUp(t);
  const given = { name: 'sis', publicKey: 'x'.repeat(43), version: '1' };
  t.equal(await enrollAgent(context, { code: 'AAAA-BBBB-CCCC', ...given }), undefined);
  const { code } = await makeCode(context, kim, { tenant: 'contoso' });
  const agent = await enrollAgent(context, { code, ...given });
  t.match(await audit(contoso.id), [
    {
      who: 'agent sis',
      action: 'agent.enroll',
      detail: { agent: agent?.agentId },
      actor: { kind: 'agent', role: 'agent' },
    },
    { who: 'kim', action: 'agent.code' },
  ]);
});

t.test('terminal and server write to the database only through app/', async (t) => {
  const root = join(import.meta.dirname, '..');
  const files = globSync('{cli,http}/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const own = files.filter((file) => /\.(?:withTenant|system)\(/.test(readFileSync(join(root, file), 'utf8')));
  t.same(own.sort(), []);
  const all = globSync('**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const findings = all.filter((file) => /\bawait writeAudit\(/.test(readFileSync(join(root, file), 'utf8')));
  t.same(findings, ['app/perform.ts'], 'the log is written in one place');
});
