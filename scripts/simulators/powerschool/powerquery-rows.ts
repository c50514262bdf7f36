/** Rows as PowerQuery answers write them: all values are text, NULL is omitted, keys are in lower case. */
import type { SQLOutputValue } from 'node:sqlite';
import { primaryKey, tableNamed } from './database/schema.ts';
import type { NamedQuery } from './plugin/named-queries.ts';

export type RowWriter = (row: readonly SQLOutputValue[]) => string;

/** Returns a function that writes one row of this query as JSON. `keep` selects the columns. */
export function rowWriter(query: NamedQuery, keep: (alias: string) => boolean): RowWriter {
  const columns = query.columns.map(({ alias }) => {
    const parts = alias.toLowerCase().split('.');
    return {
      key: parts.at(-1) ?? '',
      group: parts.length > 1 ? (parts[0] ?? '') : '',
      kept: keep(alias.toLowerCase()),
    };
  });
  const idIndex = coreKeyIndex(query);
  return query.flattened ? flatWriter(query, columns, idIndex) : nestedWriter(query, columns, idIndex);
}

interface WrittenColumn {
  key: string;
  group: string;
  kept: boolean;
}

/** The position of the core table's own key in the SELECT list, -1 if it is not selected. */
function coreKeyIndex(query: NamedQuery): number {
  const core = tableNamed(query.coreTable ?? '');
  if (core === undefined) return -1;
  const key = `${core}.${primaryKey(core)}`;
  return query.columns.findIndex(({ field }) => field?.toLowerCase() === key);
}

function flatWriter(query: NamedQuery, columns: readonly WrittenColumn[], idIndex: number): RowWriter {
  const name = query.coreTable?.toUpperCase();
  return (row) => {
    const record: Record<string, string | number> = {};
    if (name !== undefined) record._name = name;
    if (idIndex >= 0) record._id = Number(row[idIndex]);
    for (const [index, column] of columns.entries()) {
      const text = textOf(row[index]);
      if (text !== undefined && column.kept) record[column.key] = text;
    }
    return JSON.stringify(record);
  };
}

function nestedWriter(query: NamedQuery, columns: readonly WrittenColumn[], idIndex: number): RowWriter {
  return (row) => {
    const tables: Record<string, Record<string, string>> = {};
    for (const [index, column] of columns.entries()) {
      const text = textOf(row[index]);
      const group = column.group === '' ? (query.coreTable?.toLowerCase() ?? '') : column.group;
      tables[group] ??= {};
      if (text !== undefined && column.kept) tables[group][column.key] = text;
    }
    return JSON.stringify({
      ...(idIndex >= 0 ? { id: Number(row[idIndex]) } : {}),
      ...(query.coreTable === undefined ? {} : { name: query.coreTable }),
      tables,
    });
  };
}

/** Oracle does not distinguish '' from NULL. */
function textOf(value: SQLOutputValue | undefined): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  return typeof value === 'string' ? value : String(value);
}
