/** Row-level access for the edits: finds rows by their own key, writes them, and records what changed. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { TableName } from '../database/columns.ts';
import type { Rows, Value } from '../database/rows.ts';
import { nextKey } from '../database/rows.ts';
import { columnKind, primaryKey } from '../database/schema.ts';

export interface Change {
  table: string;
  /** The row's own key: DCID for the core tables. */
  key: number;
  change: 'insert' | 'update' | 'delete';
}

/** An edit that cannot be made: the whole list is rolled back. */
export class EditError extends Error {}

type Row = Record<string, SQLOutputValue>;
type Keyed = 'schools' | 'courses' | 'sections' | 'students' | 'schoolstaff' | 'cc' | 'reenrollments';

export class Editor {
  readonly db: DatabaseSync;
  /** Naive local time of the server: `YYYY-MM-DD HH:MM:SS`. */
  readonly now: string;
  readonly changes: Change[] = [];

  constructor(db: DatabaseSync, now: string) {
    this.db = db;
    this.now = now;
  }

  get today(): string {
    return this.now.slice(0, 10);
  }

  /** @throws EditError when there is no such row */
  get(table: TableName, key: number): Row {
    const [row] = this.find(table, { [primaryKey(table)]: key });
    if (row === undefined) throw new EditError(`${table} has no row ${key}`);
    return row;
  }

  find(table: TableName, where: Record<string, Value>): Row[] {
    const { sql, values } = conditions(table, where);
    return this.db.prepare(`SELECT * FROM ${table} WHERE ${sql}`).all(...values);
  }

  /** Sets columns of all matching rows, and their TRANSACTION_DATE. */
  update(table: TableName, where: Record<string, Value>, set: Record<string, Value>): number {
    const key = primaryKey(table);
    const stamp: Record<string, Value> = columnKind(table, 'transaction_date') ? { transaction_date: this.now } : {};
    const columns = Object.entries({ ...stamp, ...set });
    for (const [name] of columns) requireColumn(table, name);
    const assignments = columns.map(([name]) => `${name} = ?`).join(', ');
    const { sql, values } = conditions(table, where);
    const rows = this.db
      .prepare(`UPDATE ${table} SET ${assignments} WHERE ${sql} RETURNING ${key} AS key`)
      .all(...columns.map(([, value]) => emptyIsNull(value)), ...values);
    for (const row of rows) this.changes.push({ table, key: Number(row.key), change: 'update' });
    return rows.length;
  }

  insert<T extends keyof Rows>(table: T, row: Rows[T]): Rows[T] {
    this.insertRow(table, Object.fromEntries(Object.entries<Value>({ ...row })));
    return row;
  }

  insertRow(table: TableName, row: Record<string, Value>): void {
    const columns = Object.entries(row);
    for (const [name] of columns) requireColumn(table, name);
    const names = columns.map(([name]) => name).join(', ');
    const [inserted] = this.db
      .prepare(
        `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')}) RETURNING ${primaryKey(table)} AS key`,
      )
      .all(...columns.map(([, value]) => emptyIsNull(value)));
    this.changes.push({ table, key: Number(inserted?.key), change: 'insert' });
  }

  remove(table: TableName, where: Record<string, Value>): number {
    const { sql, values } = conditions(table, where);
    const rows = this.db
      .prepare(`DELETE FROM ${table} WHERE ${sql} RETURNING ${primaryKey(table)} AS key`)
      .all(...values);
    for (const row of rows) this.changes.push({ table, key: Number(row.key), change: 'delete' });
    return rows.length;
  }

  /** The next free value of a table's own key. */
  next(table: TableName): number {
    return nextKey(this.db, table, primaryKey(table));
  }

  /** The next free DCID and ID. */
  keys(table: Keyed): { dcid: number; id: number } {
    return { dcid: this.next(table), id: nextKey(this.db, table, 'id') };
  }
}

function conditions(table: TableName, where: Record<string, Value>): { sql: string; values: Value[] } {
  const entries = Object.entries(where);
  if (entries.length === 0) throw new EditError(`an edit of ${table} must say which rows it means`);
  for (const [name] of entries) requireColumn(table, name);
  // IS, because a condition may ask for NULL.
  return { sql: entries.map(([name]) => `${name} IS ?`).join(' AND '), values: entries.map(([, value]) => value) };
}

function requireColumn(table: TableName, name: string): void {
  if (columnKind(table, name) === undefined) throw new EditError(`${table} has no column ${name}`);
}

/** Oracle does not distinguish '' from NULL. */
function emptyIsNull(value: Value): Value {
  return value === '' ? null : value;
}
