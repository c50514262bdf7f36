import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How agents are, as they last said it, and what a profile was before it was paused. */
export const agentHealth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('agent').addColumn('connected_since', 'text').execute();
    await db.schema.alterTable('agent').addColumn('health', 'text').execute();
    await db.schema.alterTable('profile').addColumn('paused_from', 'text').execute();
  },
};
