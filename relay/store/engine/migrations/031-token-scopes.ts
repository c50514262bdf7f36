import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Tokens have scopes. Those that there are get the ones of everything that the API did so far: they can do what they could, and
 * nothing that has come since, such as handing out first passwords.
 */
export const tokenScopes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('access_token')
      .addColumn('scopes', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
    const read = ['status', 'agents', 'profiles', 'runs', 'holds', 'problems', 'links', 'audit'];
    await sql`update access_token set scopes = ${JSON.stringify(read)} where role = 'viewer'`.execute(db);
    await sql`update access_token set scopes = ${JSON.stringify([...read, 'tokens'])} where role <> 'viewer'`.execute(
      db,
    );
  },
};
