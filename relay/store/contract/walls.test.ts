/**
 * The second wall between tenants, which PostgreSQL keeps whatever a query says: for every table of the catalog, a transaction of one
 * tenant neither reads nor writes rows of another.
 */
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { freshDatabase, noPostgres } from '../../testing/fresh-postgres.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { acrossTenants } from '../engine/postgres/across-tenants.ts';
import { tenantTables } from '../engine/postgres/row-security.ts';
import type { Database } from '../engine/schema.ts';
import { openStore } from '../store.ts';

interface Column {
  name: string;
  type: string;
  isKey: boolean;
}

t.test('no table lets a tenant through', { skip: await noPostgres() }, async (t) => {
  const database = await freshDatabase();
  const store = await openStore(database.serving);
  const owner = new pg.Client({ connectionString: database.owner });
  await owner.connect();
  t.teardown(async () => {
    await owner.end();
    await store.close();
    await database.drop();
  });
  const [own, other] = [await addTenant({ store }, 'contoso'), await addTenant({ store }, 'fabrikam')];
  const tables = await store.readSystem(({ db }) => tenantTables(db));
  t.ok(tables.length > 30, 'found in the catalog');
  const unknown = Object.keys(acrossTenants).filter((name) => !tables.some((table) => table.name === name));
  t.same(unknown, [], 'exceptions name tables that exist');

  for (const { name, column } of tables) {
    const table = sql.table(name);
    const columns = await columnsOf(owner, name);
    const key = columns.filter(({ isKey }) => isKey);
    if (column === 'tenant_id') {
      t.equal(key[0]?.name, 'tenant_id', `${name}: the key begins with the tenant`);
      await fill(owner, name, columns, other.id);
    }
    const count = (db: Kysely<Database>) =>
      rowsIn(db, sql`select 1 from ${table} where ${sql.ref(column)} = ${other.id}`);
    t.equal(await store.readTenant(own.id, ({ db }) => count(db)), 0, `${name}: cannot be read`);
    t.equal(await store.readTenant(other.id, ({ db }) => count(db)), 1, `${name}: its own can`);
    const changed = (statement: ReturnType<typeof sql>) =>
      store.withTenant(own.id, async ({ db }) => (await statement.execute(db)).numAffectedRows ?? 0n);
    t.equal(
      await changed(sql`update ${table} set ${sql.ref(column)} = ${own.id}`).catch(codeOf),
      column === 'id' ? 1n : 0n,
      `${name}: cannot be taken`,
    );
    await t.rejects(
      store.withTenant(own.id, ({ db }) => insertCopy(db, name, columns, other.id)),
      { code: '42501' },
      `${name}: cannot be given`,
    );
    if (name !== 'audit')
      t.equal(
        await changed(sql`delete from ${table} where ${sql.ref(column)} = ${other.id}`),
        0n,
        `${name}: cannot be deleted`,
      );

    const across = name === 'tenant' ? 'write' : acrossTenants[name]?.may;
    const seen = await store.readSystem(({ db }) => count(db));
    t.equal(seen, across === undefined ? 0 : 1, `${name}: ${across ?? 'nothing'} across tenants`);
    if (across !== 'write') {
      await t.rejects(
        store.system(({ db }) => insertCopy(db, name, columns, other.id)),
        { code: '42501' },
      );
    }
  }
});

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}

async function rowsIn(db: Kysely<Database>, query: ReturnType<typeof sql>): Promise<number> {
  return (await query.execute(db)).rows.length;
}

async function columnsOf(owner: pg.Client, table: string): Promise<Column[]> {
  const { rows } = await owner.query<Column>(
    `select a.attname as name, format_type(a.atttypid, null) as type, coalesce(a.attnum = any(i.indkey), false) as "isKey"
     from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
     order by coalesce(array_position(i.indkey::int2[], a.attnum), 99), a.attnum`,
    [table],
  );
  return rows;
}

/** Something of each type; the same in every row, apart from the tenant. */
function values(columns: readonly Column[], tenantId: string): unknown[] {
  const byType: Record<string, unknown> = { text: 'x', bigint: 1, bytea: Buffer.from('x') };
  return columns.map(({ name, type }) => (name === 'tenant_id' || name === 'id' ? tenantId : byType[type]));
}

async function fill(owner: pg.Client, table: string, columns: readonly Column[], tenantId: string): Promise<void> {
  const places = columns.map((_, at) => `$${at + 1}`);
  const names = columns.map(({ name }) => `"${name}"`);
  await owner.query(`insert into ${table} (${names}) values (${places})`, values(columns, tenantId));
}

async function insertCopy(
  db: Kysely<Database>,
  table: string,
  columns: readonly Column[],
  tenantId: string,
): Promise<void> {
  const given = values(columns, tenantId).map((value) =>
    value === tenantId ? value : typeof value === 'string' ? 'y' : value,
  );
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map(({ name }) => sql.ref(name)))})
    values (${sql.join(given)})`.execute(db);
}
