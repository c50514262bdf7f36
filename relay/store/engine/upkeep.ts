/**
 * What a connection does after a commit in a thread that others wait for. SQLite itself would wait for the disk, and from time to
 * time carry its log into the database, in the commit: here both happen beside the thread.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Checkpoints } from './checkpoints.ts';
import { LogOnDisk, openLog } from './log-on-disk.ts';

/** When a transaction is on the disk: before it is answered, or with the next one that is. */
export type Durable = 'at once' | 'with the next';

export interface Upkeep {
  /** To be called after every transaction. @throws what the file system says of the log */
  committed(durable: Durable): Promise<void>;
  close(): Promise<void>;
}

/** @param database whose schema is in place; no other connection of this thread writes @param file its path */
export async function takeUpkeep(database: DatabaseSync, file: string): Promise<Upkeep> {
  // NORMAL flushes the head of a log that begins again, without which what follows could belong to the one before.
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;');
  const changes = database.prepare('select total_changes() as rows');
  const changedRows = () => Number(changes.get()?.rows);
  const onDisk = new LogOnDisk(await openLog(file));
  const checkpoints = new Checkpoints(file);
  let seen = changedRows();
  return {
    async committed(durable) {
      const rows = changedRows();
      if (rows !== seen) {
        onDisk.noteCommit();
        checkpoints.note(rows - seen);
        seen = rows;
      }
      if (durable === 'at once') await onDisk.reached();
    },
    async close() {
      await checkpoints.close();
      await onDisk.close();
    },
  };
}
