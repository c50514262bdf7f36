/**
 * Looks over the relay's shoulder: triggers in its SQLite file note every record that is written or deleted, so that
 * nothing wrong can be there for a moment and gone before anybody looks.
 */
import { DatabaseSync } from 'node:sqlite';
import { canonicalJson, digestOf, digestToText, recordHash } from '../../shared/digest.ts';
import { bucketKey, recordSchema } from '../../shared/roster.ts';
import type { Records, Write } from './history.ts';

export class MirrorWatch {
  readonly #db: DatabaseSync;

  /** @param file the relay's database; the relay may be running */
  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(
      'PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS chaos_write (key TEXT, data TEXT, deleted INTEGER)',
    );
    for (const event of ['INSERT', 'UPDATE']) {
      this.#db.exec(`CREATE TRIGGER IF NOT EXISTS chaos_${event} AFTER ${event} ON record BEGIN
        INSERT INTO chaos_write VALUES (
          NEW.kind || ' ' || NEW.school_id || ' ' || NEW.id, NEW.data, NEW.deleted);
        END`);
    }
  }

  /** What was written since the last call, in order. */
  writes(): Write[] {
    const rows = this.#db.prepare('SELECT key, data, deleted FROM chaos_write ORDER BY rowid').all();
    this.#db.exec('DELETE FROM chaos_write');
    return rows.map(({ key, data, deleted }) => ({
      key: String(key),
      record: deleted === 1 ? undefined : canonical(String(data)),
    }));
  }

  records(): Records {
    const rows = this.#db.prepare('SELECT kind, school_id, id, data FROM record WHERE deleted = 0').all();
    return new Map(rows.map((row) => [`${row.kind} ${row.school_id} ${row.id}`, canonical(String(row.data))]));
  }

  /** Buckets of which the digest that the relay keeps is not that of its records. */
  wrongDigests(): string[] {
    const salt = String(this.#db.prepare('SELECT salt FROM tenant').get()?.salt);
    const records = [...this.records().values()].map((json) => recordSchema.parse(JSON.parse(json)));
    const computed = new Map(
      [...Map.groupBy(records, bucketKey)].map(([key, list]) => [
        key,
        digestToText(digestOf(list.map((record) => recordHash(salt, record)))),
      ]),
    );
    const kept = this.digests();
    return [...new Set([...computed.keys(), ...kept.keys()])].filter((key) => computed.get(key)?.sum !== kept.get(key));
  }

  /** Sum per bucket, as the relay keeps it. */
  digests(): Map<string, string> {
    const rows = this.#db.prepare("SELECT kind || ':' || school_id AS key, sum FROM bucket").all();
    return new Map(rows.map(({ key, sum }) => [String(key), String(sum)]));
  }

  close(): void {
    this.#db.close();
  }
}

function canonical(data: string): string {
  return canonicalJson(recordSchema.parse(JSON.parse(data)));
}
