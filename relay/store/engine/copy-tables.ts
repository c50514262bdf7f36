/** Copies every row of one database to another with the same schema, and proves it by counts and digests. */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { addHash, type Digest, digestToText, emptyDigest, sameDigest } from '../../../shared/digest.ts';
import type { Database } from './schema.ts';
import { rowPlace, rowsFrom } from './sql/dialect.ts';

/** Rows in one statement. */
const rowsAtOnce = 500;

type Row = Record<string, unknown>;

export interface CopiedTable {
  table: string;
  rows: number;
  /** Of all rows in any order, 32 hexadecimal digits. */
  digest: string;
}

/** Tables of the program: the migrator's own say what was done to this database, not what it holds. */
export async function ownTables(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables();
  return tables
    .filter(({ isView, name }) => !isView && !name.startsWith('sqlite_'))
    .map(({ name }) => name)
    .sort();
}

/** The first table that holds anything; undefined if none does. */
export async function firstFilled(db: Kysely<Database>): Promise<string | undefined> {
  for (const table of await ownTables(db)) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length > 0) return table;
  }
  return undefined;
}

/**
 * Both in one transaction each.
 *
 * @param to whose tables are empty
 * @param copied called after each table
 * @throws TypeError if the copy differs
 */
export async function copyTables(
  from: Kysely<Database>,
  to: Kysely<Database>,
  copied: (table: CopiedTable) => void,
): Promise<void> {
  for (const table of inOrder(await ownTables(from))) {
    let sent = emptyDigest;
    for await (const rows of allRows(from, table)) {
      sent = digestWith(sent, rows);
      await insertRows(to, table, rows);
    }
    let arrived = emptyDigest;
    for await (const rows of allRows(to, table)) arrived = digestWith(arrived, rows);
    const [before, after] = [digestToText(sent), digestToText(arrived)];
    if (!sameDigest(before, after)) throw new TypeError(`the copy of the table ${table} differs from it`);
    copied({ table, rows: after.count, digest: after.sum });
  }
}

/** Other tables refer to districts. */
function inOrder(tables: readonly string[]): string[] {
  return ['tenant', ...tables.filter((table) => table !== 'tenant')];
}

async function* allRows(db: Kysely<Database>, table: string): AsyncGenerator<Row[]> {
  const place = rowPlace(db);
  let after: unknown;
  for (;;) {
    const where = after === undefined ? sql`` : sql`where ${place} > ${after}`;
    const { rows } = await sql<Row & { copied_place: unknown }>`
      select ${sql.table(table)}.*, ${place} as copied_place from ${sql.table(table)} ${where}
      order by ${place} limit ${sql.lit(rowsAtOnce)}`.execute(db);
    after = rows.at(-1)?.copied_place;
    if (rows.length > 0) yield rows.map(({ copied_place: _, ...row }) => row);
    if (rows.length < rowsAtOnce) return;
  }
}

/** As one JSON parameter, with bytes in hexadecimal digits. */
async function insertRows(db: Kysely<Database>, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).sort();
  const list = rows.map((row) => columns.map((column) => plain(row[column])));
  const bytes = new Set(columns.filter((column) => rows.some((row) => row[column] instanceof Uint8Array)));
  const numbers = new Set(columns.filter((column) => rows.some((row) => typeof row[column] === 'number')));
  const values = columns.map((column, at) => {
    const value = sql`value ->> ${sql.lit(at)}`;
    if (bytes.has(column)) return sql`decode(${value}, 'hex')`;
    return numbers.has(column) ? sql`cast(${value} as bigint)` : value;
  });
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${sql.join(values)} from ${rowsFrom(db, list)}`.execute(db);
}

function digestWith(digest: Digest, rows: readonly Row[]): Digest {
  return rows.reduce((sum: Digest, row) => addHash(sum, hashOf(row)), digest);
}

function hashOf(row: Row): string {
  const entries = Object.keys(row)
    .sort()
    .map((column) => [column, plain(row[column])]);
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 32);
}

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
