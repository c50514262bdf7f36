/** Opens the district's database: fills a new one, keeps one that an earlier run filled. */
import { DatabaseSync } from 'node:sqlite';
import { generateDistrict } from '../generator/district.ts';
import { readSdsDistrict } from '../sds/district.ts';
import { registerOracleFunctions } from '../sql/functions.ts';
import { insertBatches } from './rows.ts';
import { createIndexes, createTables } from './schema.ts';

export interface DistrictSource {
  students: number;
  schools?: number | undefined;
  seed: number;
  /** Folder of a School Data Sync v1 CSV set, instead of a generated district. */
  sdsCsv: string | undefined;
}

/**
 * @param file database file, or `:memory:`. A file that already holds a district is used as it is.
 * @param localTime the server's naive local time, `YYYY-MM-DD HH:MM:SS`
 * @throws SdsError, RangeError when the source is invalid; then a new file is left empty
 */
export async function openDistrictDatabase(
  file: string,
  source: DistrictSource,
  localTime: () => string,
): Promise<DatabaseSync> {
  const today = localTime().slice(0, 10);
  const db = new DatabaseSync(file);
  try {
    // WAL, so that another process reads the file while edits are written here.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA case_sensitive_like = ON');
    registerOracleFunctions(db, localTime);
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'students'").get() === undefined) {
      const sds = source.sdsCsv === undefined ? undefined : await readSdsDistrict(source.sdsCsv, today);
      db.exec('BEGIN');
      createTables(db);
      insertBatches(db, sds === undefined ? generateDistrict({ ...source, today }) : [sds.rows]);
      db.exec('CREATE TABLE sim_sds_ids (kind TEXT, sis_id TEXT, dcid INTEGER, PRIMARY KEY (kind, sis_id))');
      const map = db.prepare('INSERT INTO sim_sds_ids VALUES (?, ?, ?)');
      for (const { kind, sisId, dcid } of sds?.mapping ?? []) map.run(kind, sisId, dcid);
      createIndexes(db);
      db.exec('COMMIT');
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
