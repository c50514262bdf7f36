/** Moving to a PostgreSQL server from the terminal, and what is refused on the way. */
import t from 'tap';
import { takeServingLock } from '../store/engine/sqlite/serving-lock.ts';
import { openStore } from '../store/store.ts';
import { commandLine } from '../testing/command-line.ts';
import { freshDatabase, noPostgres, servingRole } from '../testing/fresh-postgres.ts';
import { addTenantTo, testProfile } from '../testing/relay-double.ts';

const skip = await noPostgres();

t.test('an address without a password in it, and nothing else', async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  for (const [url, reason] of [
    ['postgres://a:b@127.0.0.1/db', /contains a password.*passwordfile/s],
    ['postgres://a@127.0.0.1/db?password=b', /contains a password/],
    ['postgres://a@127.0.0.1', /names no database/],
    ['mysql://a@127.0.0.1/db', /must begin with postgres|not of the form/],
    ['postgres://a@127.0.0.1/db?connections=1', /2 to 100/],
    [`postgres://a@127.0.0.1:1/db?passwordfile=${home}/none`, /password file cannot be read/],
  ] as const) {
    const { code, err } = await cli('store', 'migrate', '--url', url, '--role', 'r');
    t.equal(code, 78, url);
    t.match(err, reason);
    t.notMatch(err, /a:b@/);
  }
  const unreachable = await cli('store', 'migrate', '--url', 'postgres://a@127.0.0.1:1/db', '--role', 'r');
  t.match(unreachable.err, /STORE_UNAVAILABLE.*db on 127\.0\.0\.1:1/s);
});

t.test('a relay moves to a server with all that it has', { skip }, async (t) => {
  const home = t.testdir();
  const database = await freshDatabase('nothing');
  t.teardown(database.drop);
  const { id } = await addTenantTo(home, 'contoso', testProfile);
  const cli = commandLine(home, 'kim');
  t.equal((await cli('tenant', 'edit', 'contoso', '--name', 'Contoso Schools')).code, 0);
  const copy = () => cli('store', 'copy', '--to', database.owner, '--note', 'Ticket 7');
  const serve = () => openStore(database.serving, { serving: 'main thread' });

  t.match(await copy(), { code: 78, err: /STORE_NOT_MIGRATED/ });
  await t.rejects(serve(), { code: 'STORE_NOT_MIGRATED', action: /store migrate/ });
  const migrate = (role: string) => cli('store', 'migrate', '--url', database.owner, '--role', role);
  t.match(await migrate('nobody_here'), { code: 78, err: /has no role nobody_here/ });
  const both = await Promise.all([migrate(servingRole), migrate(servingRole)]);
  t.match(both, [{ code: 0 }, { code: 0 }], 'two at once do not conflict');
  await t.rejects(openStore(database.owner), { code: 'STORE_ROLE_UNSAFE', message: /superuser/ });

  const release = takeServingLock(home);
  t.match(await copy(), { err: /RELAY_RUNNING/ });
  release();
  const copied = await copy();
  t.equal(copied.err, '');
  t.match(copied.out, /^audit {2}2 rows {2}[0-9a-f]{32}$/m);
  t.match(copied.out, /Counts and digests of both databases are equal/);
  t.match(await copy(), { code: 78, err: /STORE_NOT_EMPTY/ });

  t.equal((await cli('configure', '--store-url', database.serving)).code, 0);
  t.match((await cli('tenant', 'list')).out, /contoso +Contoso Schools/);
  t.match((await cli('audit')).out, /store\.copy +.*Ticket 7|Ticket 7/);
  t.match(await copy(), { code: 78, err: /STORE_MOVED/ });

  const [first, beside] = [await serve(), await openStore(database.serving)];
  await t.rejects(serve(), { code: 'STORE_IN_USE' });
  t.match(await beside.readTenant(id, ({ db }) => db.selectFrom('profile').select('name').execute()), [
    { name: 'test' },
  ]);
  await Promise.all([first.close(), beside.close()]);
  await (await serve()).close();

  t.match((await cli('tenant', 'remove', 'contoso')).out, /: .*1 profile/, 'all of its tables are counted');
  t.match((await cli('tenant', 'remove', 'contoso', '--confirm', 'contoso')).out, /Removed .*1 profile/);
  t.notMatch((await cli('tenant', 'list')).out, /contoso/);
});
