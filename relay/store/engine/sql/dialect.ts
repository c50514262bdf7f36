/** The few things that SQLite and PostgreSQL write differently. Everything else is written once. */
import { type DialectAdapter, PostgresAdapter, type RawBuilder, sql } from 'kysely';

type AnyDatabase = { getExecutor(): { readonly adapter: DialectAdapter } };

export function isPostgres(db: AnyDatabase): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/**
 * The elements of a list as rows with the column `value`: one parameter, so the statement is the same for every size. Elements of
 * an element are `value ->> 0` (text) and `value -> 0` (JSON).
 */
export function rowsFrom(db: AnyDatabase, list: readonly unknown[]): RawBuilder<unknown> {
  const json = JSON.stringify(list);
  return isPostgres(db)
    ? sql`json_array_elements(cast(${json} as json)) as list(value)`
    : sql`json_each(${json}) as list`;
}

/** For `where('id', 'in', listed(db, ids))`, at any number of ids. */
export function listed(db: AnyDatabase, texts: readonly string[]): RawBuilder<string> {
  const json = JSON.stringify(texts);
  return isPostgres(db)
    ? sql<string>`(select value from json_array_elements_text(cast(${json} as json)) as list(value))`
    : sql<string>`(select value from json_each(${json}))`;
}

/** LIKE that ignores the case of A to Z, and of nothing else. */
export function likeAnyCase(db: AnyDatabase): RawBuilder<unknown> {
  return isPostgres(db) ? sql`ilike` : sql`like`;
}

/** What identifies a row of any table within a transaction. */
export function rowPlace(db: AnyDatabase): RawBuilder<unknown> {
  return isPostgres(db) ? sql`ctid` : sql`rowid`;
}

/** The part of a key before its colon, such as `students` of `students:1`. */
export function beforeColon(db: AnyDatabase, column: string): RawBuilder<string> {
  const key = sql.ref(column);
  return isPostgres(db)
    ? sql<string>`split_part(${key}, ':', 1)`
    : sql<string>`substr(${key}, 1, instr(${key}, ':') - 1)`;
}
