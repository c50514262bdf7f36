/**
 * SQLite leaves it to the operating system when a test's database reaches the disk: a process that is killed loses nothing by that,
 * only a power failure does, which no test brings about. Loaded into test files and their threads, not into programs that they start.
 */
import { DatabaseSync } from 'node:sqlite';

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  exec.call(this, sql.replaceAll(/PRAGMA synchronous = \w+/g, 'PRAGMA synchronous = OFF'));
};
