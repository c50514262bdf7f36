import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which buckets a version changed, without reading their rows. */
export const recordByChange: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('record_by_version').execute();
    await db.schema
      .createIndex('record_by_change')
      .on('record')
      .columns(['tenant_id', 'version', 'kind', 'school_id'])
      .execute();
  },
};
