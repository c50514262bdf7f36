/** A relay on a PostgreSQL server that ends connections, as at a restart or a failover. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import t from 'tap';
import { freshDatabase, noPostgres } from '../../testing/fresh-postgres.ts';
import { addAgent, addTenant, connected, startTestRelay, testProfile } from '../../testing/relay-double.ts';
import { setProfile } from '../profiles/profiles.ts';
import { readRecords } from '../roster/mirror.ts';

const terms = { kind: 'term', schoolId: '12' } as const;
const term = (id: string) => ({ id, name: 'Year', yearId: '36', startDate: '2026-08-20', endDate: '2027-06-10' });

t.test('a relay survives that the server ends every connection', { skip: await noPostgres() }, async (t) => {
  const database = await freshDatabase();
  const admin = new pg.Client({ connectionString: database.owner });
  await admin.connect();
  const relay = await startTestRelay(t.testdir(), {
    settings: { listen: { port: 0 }, store: { url: database.serving } },
  });
  t.teardown(async () => {
    await relay.close();
    await admin.end();
    await database.drop();
  });
  const terminate = () =>
    admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  const { id } = await addTenant(relay, 'contoso');
  await relay.store.withTenant(id, (scope) => setProfile(scope, testProfile, new Date()));
  const agent = await addAgent(relay, id);
  const stored = async () => (await relay.store.readTenant(id, (scope) => readRecords(scope, 'term'))).length;

  const double = await connected(relay, agent);
  await double.hello();
  await double.acked(double.begin(randomUUID()));
  await double.acked(double.batch(terms, [term('1'), term('2')]));
  t.equal(await stored(), 2);

  const { promise: inside, resolve: isInside } = Promise.withResolvers<void>();
  const { promise: over, resolve: isOver } = Promise.withResolvers<void>();
  const lost = relay.store.withTenant(id, async ({ db }) => {
    await db.deleteFrom('record').where('tenant_id', '=', id).execute();
    isInside();
    await over;
    return await db.selectFrom('tenant').select('id').execute();
  });
  const refused = t.rejects(
    lost,
    { code: 'STORE_UNAVAILABLE', retry: 'retry' },
    'who was in a transaction hears of it',
  );
  await inside;
  await terminate();
  isOver();
  await refused;
  t.equal(await stored(), 2, 'and nothing of it stayed');

  await terminate();
  await double.acked(double.batch(terms, [term('3')]));
  t.equal(await stored(), 3, 'idle connections are replaced without a word');
  t.equal((await fetch(`${relay.url}/readyz`)).status, 200);
});
