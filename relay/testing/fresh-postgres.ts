/**
 * Databases on a PostgreSQL server for tests, each a copy of a template that is migrated once for the same sources. Tests that need a
 * server skip without one.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migratePostgres } from '../store/engine/postgres/migrate.ts';
import { openStore, type Store } from '../store/store.ts';
import { schemaSources } from './schema-sources.ts';

/** A role that may create databases and roles. */
const named = process.env.HALLPASS_TEST_DATABASE_URL;
const admin = named ?? 'postgres://root@127.0.0.1:5432/test';
export const servingRole = 'hallpass_test_serving';
/** Of all tests on the server, while one makes the template. */
const templateLock = 727_001;

export interface FreshDatabase {
  /** As its owner. */
  owner: string;
  /** As the role that serves. */
  serving: string;
  drop(): Promise<void>;
}

/** Why there is no server, in words for the output of tests; false if there is one. @throws if one is named that does not answer */
export async function noPostgres(): Promise<string | false> {
  try {
    await asAdmin((client) => client.query('select 1'));
    return false;
  } catch (error) {
    if (named !== undefined) throw error;
    return `no PostgreSQL answers at ${new URL(admin).host} (HALLPASS_TEST_DATABASE_URL names another server)`;
  }
}

/** @param content `schema`: tables without rows, as after "store migrate"; `nothing`: as after "create database" */
export async function freshDatabase(content: 'schema' | 'nothing' = 'schema'): Promise<FreshDatabase> {
  const template = `hallpass_template_${schemaSources().toString('hex').slice(0, 16)}`;
  const name = `hallpass_test_${randomBytes(8).toString('hex')}`;
  await asAdmin(async (client) => {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    await makeTemplate(client, template);
    await client.query(`create database ${name}${content === 'schema' ? ` template ${template}` : ''}`);
  });
  return {
    owner: addressOf(name),
    serving: addressOf(name, servingRole),
    drop: () => asAdmin(async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

/** A store over a fresh database, which is dropped when the store is closed. */
export async function openFreshPostgres(): Promise<Store> {
  const database = await freshDatabase();
  const store = await openStore(database.serving);
  return {
    ...store,
    async close() {
      await store.close();
      await database.drop();
    },
  };
}

async function makeTemplate(client: pg.Client, template: string): Promise<void> {
  const found = await client.query<{ datname: string; datistemplate: boolean }>(
    "select datname, datistemplate from pg_database where datname like 'hallpass\\_template\\_%'",
  );
  if (found.rows.some(({ datname, datistemplate }) => datname === template && datistemplate)) return;
  for (const { datname } of found.rows) {
    await client.query(`alter database ${datname} is_template false`);
    await client.query(`drop database ${datname} with (force)`);
  }
  const role = await client.query('select 1 from pg_roles where rolname = $1', [servingRole]);
  if (role.rowCount === 0) await client.query(`create role ${servingRole} login`);
  await client.query(`create database ${template}`);
  await migratePostgres(addressOf(template), servingRole);
  await client.query(`alter database ${template} is_template true`);
}

function addressOf(database: string, user?: string): string {
  const url = new URL(admin);
  url.pathname = `/${database}`;
  if (user !== undefined) url.username = user;
  return url.href;
}

async function asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: admin });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
