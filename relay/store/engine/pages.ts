/**
 * Reads long tables of a district in pages by key: one consistent snapshot within one transaction, with other work
 * between two pages.
 */
import { setImmediate } from 'node:timers/promises';
import { type SelectQueryBuilder, sql } from 'kysely';

/** Rows per page: reading and processing them takes a few milliseconds. */
export const pageRows = 1000;

/**
 * The rows in the order of the key, {@link pageRows} at a time.
 *
 * @param key columns that are selected, and that an index has in this order
 */
export async function* pages<DB, TB extends keyof DB, Row>(
  rows: SelectQueryBuilder<DB, TB, Row>,
  key: readonly (keyof Row & string)[],
): AsyncGenerator<Row[], undefined> {
  const columns = key.map((column) => sql.ref(column));
  const ordered = columns.reduce((query, column) => query.orderBy(column), rows).limit(pageRows);
  let after: Row | undefined;
  for (;;) {
    const values = key.map((column) => after?.[column]);
    const isAfter = sql<boolean>`(${sql.join(columns)}) > (${sql.join(values)})`;
    const page = await (after === undefined ? ordered : ordered.where(isAfter)).execute();
    if (page.length > 0) yield page;
    if (page.length < pageRows) return;
    after = page.at(-1);
    await setImmediate();
  }
}
