/**
 * Compiles a PowerQuery against the database: which fields it touches, whether it can run at all, and the silent
 * mistakes that PowerSchool neither refuses at installation nor explains at the call.
 */
import { constants, type DatabaseSync } from 'node:sqlite';
import { columnKind, isTable, isView } from '../database/schema.ts';
import { type TranslatedSql, translateSql } from '../sql/oracle-sql.ts';
import { fieldsOf, type NamedQuery } from './named-queries.ts';

export type CompiledQuery = NamedQuery & { compiled: Compilation };

export type Compilation =
  | { state: 'ready'; sql: TranslatedSql; fields: string[] }
  /** PowerSchool installs and enables it, and answers every call with "not found". */
  | { state: 'mute'; reason: string }
  /** PowerSchool may be able to run it; the simulator's SQLite cannot. */
  | { state: 'unsupported'; reason: string };

/** Compiles a query that passed `enableErrors`. */
export function compileQuery(db: DatabaseSync, query: NamedQuery): CompiledQuery {
  return { ...query, compiled: compilation(db, query) };
}

function compilation(db: DatabaseSync, query: NamedQuery): Compilation {
  try {
    const sql = translate(query);
    const declared = new Set(query.args.map((arg) => arg.name.toLowerCase()));
    const undeclared = sql.binds.find((bind) => !declared.has(bind));
    if (undeclared !== undefined) return { state: 'mute', reason: `:${undeclared} is not declared` };
    const { fields, selected } = inspect(db, sql.sql);
    const mismatch = columnMismatch(query, selected);
    if (mismatch !== undefined) return { state: 'mute', reason: mismatch };
    const all = [...fields, ...fieldsOf(query)].map((field) => field.toLowerCase());
    return { state: 'ready', sql, fields: [...new Set(all)].sort() };
  } catch (error) {
    return { state: 'unsupported', reason: messageOf(error) };
  }
}

/** What keeps the plugin from being enabled: tables and columns that this PowerSchool lacks. */
export function enableErrors(db: DatabaseSync, query: NamedQuery): string[] {
  const errors: string[] = [];
  for (const field of fieldsOf(query)) {
    const [table = '', column = ''] = field.split('.');
    if (!isTable(table)) errors.push(`PowerQuery ${query.name}: ${table.toUpperCase()} is not a valid table`);
    else if (columnKind(table, column) === undefined) {
      errors.push(`PowerQuery ${query.name} refers to non-existent core table column ${column.toUpperCase()}`);
    }
  }
  if (query.coreTable !== undefined && !isTable(query.coreTable)) {
    errors.push(`PowerQuery ${query.name}: ${query.coreTable.toUpperCase()} is not a valid table`);
  }
  try {
    inspect(db, translate(query).sql);
  } catch (error) {
    const [, table] = /no such table: (?:main\.)?(\S+)/.exec(messageOf(error)) ?? [];
    const [, column] = /no such column: (\S+)/.exec(messageOf(error)) ?? [];
    if (table !== undefined) errors.push(`PowerQuery ${query.name}: ${table.toUpperCase()} is not a valid table`);
    // Words that Oracle knows without a table: the SQL may be valid there.
    if (column !== undefined && !/^(level|user)$/i.test(column))
      errors.push(`PowerQuery ${query.name} refers to non-existent column ${column.toUpperCase()}`);
  }
  return errors;
}

/** By what they are made of. Each plugin is translated twice, at once, and a test process installs the same one again and again. */
const translations = new Map<string, TranslatedSql>();

function translate(query: NamedQuery): TranslatedSql {
  const arrays = query.args.filter((arg) => arg.array).map((arg) => arg.name.toLowerCase());
  const key = JSON.stringify([query.sql, arrays]);
  const known = translations.get(key);
  if (known !== undefined) return known;
  const translated = translateSql(query.sql, new Set(arrays));
  translations.set(key, translated);
  return translated;
}

interface Selected {
  name: string;
  /** TABLE.FIELD in lower case when the item is a plain column. */
  origin: string | undefined;
}

const reading = new Set<number>([constants.SQLITE_SELECT, constants.SQLITE_FUNCTION, constants.SQLITE_RECURSIVE]);

/** Prepares the statement and records which reads SQLite asks permission for. */
function inspect(db: DatabaseSync, sql: string): { fields: Set<string>; selected: Selected[] } {
  const fields = new Set<string>();
  let refused: string | undefined;
  db.setAuthorizer((action, table, column, _database, source) => {
    if (action === constants.SQLITE_READ) {
      if (table !== null && /^(sim|sqlite)_/i.test(table)) {
        refused = `no such table: ${table}`;
        return constants.SQLITE_DENY;
      }
      // Access to a view is granted by its own name; the tables underneath do not count as the plugin's.
      const inView = source !== null && isView(source);
      if (table !== null && column && !inView && isTable(table) && !isDual(table)) fields.add(`${table}.${column}`);
      return constants.SQLITE_OK;
    }
    if (reading.has(action)) return constants.SQLITE_OK;
    refused = 'only SELECT statements are allowed';
    return constants.SQLITE_DENY;
  });
  try {
    const columns = db.prepare(sql).columns();
    const selected = columns.map(({ name, table, column }) => ({
      name: name.toLowerCase(),
      origin: table === null || column === null ? undefined : `${table}.${column}`.toLowerCase(),
    }));
    return { fields, selected };
  } catch (error) {
    throw refused === undefined ? error : new TypeError(refused, { cause: error });
  } finally {
    db.setAuthorizer(null);
  }
}

function isDual(table: string): boolean {
  return table.toLowerCase() === 'dual';
}

/** The column list must match the SELECT list: as many items, in the same order. */
function columnMismatch(query: NamedQuery, selected: readonly Selected[]): string | undefined {
  const declared = query.columns.map(({ field, alias }) => ({
    field: field?.toLowerCase(),
    name: (alias.split('.').at(-1) ?? '').toLowerCase(),
  }));
  if (declared.length !== selected.length) {
    return `${declared.length} columns are declared, ${selected.length} are selected`;
  }
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  const sameNames = names(declared).sort().join() === names(selected).sort().join();
  if (sameNames && names(declared).join() !== names(selected).join()) {
    return `the columns are declared in another order (${names(declared)}) than they are selected (${names(selected)})`;
  }
  // Fields may differ from what is selected (a computed value may declare any column), but two must not be swapped.
  for (const [index, item] of selected.entries()) {
    const placed = declared.findIndex(({ field }) => field === item.origin);
    const elsewhere =
      item.origin !== undefined && placed >= 0 && placed !== index && declared[index]?.field !== item.origin;
    if (elsewhere && selected[placed]?.origin === declared[index]?.field) {
      return `${item.origin} is column ${index + 1} of the SELECT list, but declared as column ${placed + 1}`;
    }
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
