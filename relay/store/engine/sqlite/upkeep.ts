/**
 * What a connection does after a commit in a relay that serves. SQLite itself would wait for the disk in the commit, while nobody else
 * can write, and from time to time carry its log into the database: here the first happens after the commit, and the second beside the
 * main thread.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Durable, Serving } from '../engine.ts';
import { Checkpoints } from './checkpoints.ts';
import { LogOnDisk, openLog } from './log-on-disk.ts';

export interface Upkeep {
  /** To be called after every transaction. @throws what the file system says of the log */
  committed(durable: Durable): Promise<void>;
  close(): Promise<void>;
}

/** @param database whose schema is in place; no other connection of this thread writes @param file its path */
export async function takeUpkeep(database: DatabaseSync, file: string, serving: Serving): Promise<Upkeep> {
  // NORMAL flushes the header of a restarted log; otherwise, what follows could belong to the earlier one.
  database.exec('PRAGMA synchronous = NORMAL;');
  if (serving === 'main thread') database.exec('PRAGMA wal_autocheckpoint = 0;');
  const changes = database.prepare('select total_changes() as rows');
  const changedRows = () => Number(changes.get()?.rows);
  const onDisk = new LogOnDisk(await openLog(file));
  const checkpoints = serving === 'main thread' ? new Checkpoints(file) : undefined;
  let seen = changedRows();
  return {
    async committed(durable) {
      const rows = changedRows();
      if (rows !== seen) {
        onDisk.noteCommit();
        checkpoints?.note(rows - seen);
        seen = rows;
      }
      if (durable === 'at once') await onDisk.reached();
    },
    async close() {
      await checkpoints?.close();
      await onDisk.close();
    },
  };
}
