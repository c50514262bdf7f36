/** Districts: added with a tenant id that is tried, shown, changed, and removed with everything known about them. */
import { join } from 'node:path';
import t from 'tap';
import { admitServer } from '../store/agents/source-servers.ts';
import { openStore } from '../store/store.ts';
import { findTenant } from '../store/tenants/system.ts';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { addAgent, addTenant, connected, startTestRelay } from '../testing/relay-double.ts';

const nobodysId = '99999999-9999-4999-8999-999999999999';

t.test('tries the tenant id if the relay has an app registration', async (t) => {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 2, accounts: true });
  t.teardown(() => district.close());
  const cli = commandLine(home, 'kim');
  const add = (slug: string, id: string) => cli('tenant', 'add', slug, '--name', 'Fabrikam', '--graph-tenant', id);
  t.match(await add('fabrikam', nobodysId), { code: 78, err: /TENANT_GRAPH_UNKNOWN.*99999999/ });
  t.match(await cli('tenant', 'show', 'fabrikam'), { code: 78, err: /TENANT_UNKNOWN/ });
  const taken = JSON.parse((await cli('tenant', 'show', 'contoso', '--json')).out).graphTenantId;
  t.match(await add('fabrikam', taken.toUpperCase()), {
    code: 78,
    err: /TENANT_EXISTS.*the Microsoft tenant .*: contoso\.\n {2}→ .*tenant show contoso.*tenant edit contoso.*tenant remove contoso/,
  });
  t.match(await cli('tenant', 'show', 'contoso'), {
    code: 0,
    out: /Microsoft tenant +[0-9a-f-]+\n.*The relay can sign in/s,
  });
  district.microsoft.app.roles = [];
  t.match(await cli('tenant', 'show', 'contoso'), { code: 0, out: /The relay cannot sign in yet: .*\n {2}→ / });
});

t.test('shows a refused PowerSchool server with what to do, and accepts it by its address', async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  await cli('tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', nobodysId);
  const store = await openStore(join(home, 'relay.db'));
  const { id } = await store.system((scope) => findTenant(scope, 'contoso'));
  for (const [at, host] of ['ps.contoso.org', 'ps-new.contoso.org'].entries()) {
    await store.withTenant(id, (scope) =>
      admitServer(scope, { id: `district-${at}`, host }, '2026-11-30T00:00:00.000Z'),
    );
  }
  await store.close();
  t.match(await cli('tenant', 'show', 'contoso'), {
    out: /PowerSchool +ps\.contoso\.org, since 2026.*\n +ps-new\.contoso\.org was refused.*\n {2}→ hallpass-relay tenant accept contoso ps-new\.contoso\.org/,
  });
  t.match(await cli('tenant', 'accept', 'contoso', 'ps-nev.contoso.org'), {
    ...{ code: 78, err: /SERVER_NOT_REFUSED.* Did you mean "ps-new\.contoso\.org"\?/ },
  });
  t.match(await cli('tenant', 'accept', 'contoso', 'https://PS-new.contoso.org/admin/'), { code: 0 });
  t.match(JSON.parse((await cli('tenant', 'show', 'contoso', '--json')).out).servers, [
    { host: 'ps.contoso.org', isAccepted: true },
    { host: 'ps-new.contoso.org', isAccepted: true },
  ]);
  t.match(await cli('audit', 'contoso'), { out: /tenant\.accept {2}by kim\n.*ps-new\.contoso\.org/ });
});

t.test('a wrong id can be changed until something was done with it', async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  const add = (slug: string, id: string) => cli('tenant', 'add', slug, '--name', 'Contoso', '--graph-tenant', id);
  t.match(await add('contoso', nobodysId), { code: 0, out: /was not tried: the relay has no app registration/ });
  t.match(await add('contoso', 'not-a-guid'), { code: 78, err: /RELAY_SETTING_INVALID.*Entra admin center, Overview/ });
  t.match(await add('contoso', '11111111-1111-4111-8111-111111111111'), { code: 78, err: /the slug "contoso"/ });
  const right = '22222222-2222-4222-8222-222222222222';
  t.match(await cli('tenant', 'edit', 'contoso'), { code: 64, err: /One of '--slug', '--name' and '--graph-tenant'/ });
  t.match(await cli('tenant', 'edit', 'contoso', '--graph-tenant', right, '--name', 'New', '--slug', 'new'), {
    code: 0,
    out: new RegExp(`^new: New, Microsoft tenant ${right}`),
  });
  t.match(JSON.parse((await cli('audit', '--json')).out).entries, [
    { action: 'tenant.edit', detail: { tenant: String, changes: { slug: { before: 'contoso', after: 'new' } } } },
    { action: 'tenant.add', detail: { slug: 'contoso' } },
  ]);
  t.match(await cli('audit', 'new'), { out: /tenant\.edit {2}by kim\n.*"slug":\{"before":"contoso","after":"new"\}/ });
  t.match(await add('other', `{${nobodysId.toUpperCase()}}`), { code: 0 }, 'as PowerShell and the registry write it');
  t.match(await cli('tenant', 'show', 'other'), { out: new RegExp(`Microsoft tenant +${nobodysId}\\n`) });
  t.match(await cli('tenant', 'edit', 'other', '--slug', 'new'), { code: 78, err: /TENANT_EXISTS.*"new"/ });
  const store = await openStore(join(home, 'relay.db'));
  await store.system(async ({ db }) => {
    const { id } = await db.selectFrom('tenant').select('id').where('slug', '=', 'new').executeTakeFirstOrThrow();
    const link = {
      tenant_id: id,
      role: 'students',
      person_id: '1',
      object_id: 'o',
      rule: 'r',
      linked_at: 'x',
    } as const;
    await db.insertInto('link').values(link).execute();
  });
  await store.close();
  t.match(await cli('tenant', 'edit', 'new', '--graph-tenant', '33333333-3333-4333-8333-333333333333'), {
    code: 78,
    err: /TENANT_PROVISIONED.*1 linked accounts/,
  });
});

t.test('removing needs the slug as confirmation, and removes every row and the connected agent', async (t) => {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 6, accounts: true });
  await district.commit(smallRoster(6));
  await district.run();
  await district.close();
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const other = await addTenant(relay, 'fabrikam');
  const [identity, neighbor] = [await addAgent(relay, district.tenantId), await addAgent(relay, other.id)];
  const agent = await connected(relay, identity);
  await agent.hello();
  const cli = commandLine(home, 'kim');
  const rowsOf = (tenantId: string) =>
    relay.store.system(async ({ db }) => {
      const tables = (await db.introspection.getTables()).filter(({ columns }) =>
        columns.some(({ name }) => name === 'tenant_id'),
      );
      const counts = await Promise.all(
        tables.map(({ name }) =>
          db
            .selectFrom(name as 'agent')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .where('tenant_id', '=', tenantId)
            .executeTakeFirstOrThrow(),
        ),
      );
      return counts.reduce((sum, { count }) => sum + Number(count), 0);
    });
  const before = await rowsOf(other.id);
  for (const wrong of [[], ['--confirm', 'fabrikam'], ['--confirm', '']]) {
    t.match(await cli('tenant', 'remove', 'contoso', ...wrong), {
      code: 78,
      out: /would be deleted/,
      err: /TENANT_REMOVE_UNCONFIRMED.*\n {2}→ .*tenant remove contoso --confirm contoso/,
    });
  }
  t.ok((await rowsOf(district.tenantId)) > 50);
  t.match(await cli('tenant', 'remove', 'contoso', '--confirm', 'contoso', '--note', 'Ticket 4711'), {
    code: 0,
    out: /^Removed .* rows deleted: .*audit/,
  });
  t.equal(await rowsOf(district.tenantId), 0);
  t.equal(await agent.closed, 4001, 'disconnects its agent');
  t.equal(await rowsOf(other.id), before, 'and nobody else lost anything');
  t.match(await cli('status', 'contoso'), { code: 78, err: /TENANT_UNKNOWN/ });
  t.match(JSON.parse((await cli('audit', '--json')).out).entries, [
    {
      ...{ who: 'kim', action: 'tenant.remove', note: 'Ticket 4711', actor: { kind: 'terminal', role: 'operator' } },
      detail: { tenant: district.tenantId, slug: 'contoso', agents: 1, rows: { agent: 1, audit: Number } },
    },
  ]);
  const second = await connected(relay, neighbor);
  await second.hello();
  await t.rejects(
    relay.store.withTenant(other.id, ({ db }) => db.deleteFrom('audit').execute()),
    /audit/,
    "the other districts' audit log is as protected as before",
  );
});
