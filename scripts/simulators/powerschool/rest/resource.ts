/** Each resource of `/ws/v1`: where its rows are, their order, and what they look like. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { statement } from '../database/statement.ts';
import { type Element, leaf, node } from './element.ts';
import type { FilterField } from './filter.ts';
import type { PagedResource } from './page-limits.ts';

export type Row = Record<string, SQLOutputValue>;

export interface Resource {
  /** The element name of one, and of a list of them. */
  name: PagedResource;
  list: string;
  /** SELECT list and FROM; the alias `r` has the DCID by which the resource is known. */
  select: string;
  from: string;
  orderBy: string;
  /** The condition of every list that asks for nothing else. */
  defaults?: string;
  /** False once `q` names the field that the default applies to. */
  defaultApplies?: (q: string) => boolean;
  filters: Readonly<Record<string, FilterField>>;
  expansions: Readonly<Record<string, (row: Row, db: DatabaseSync) => Element>>;
  /** Extension tables by name, each with the column that holds the DCID. */
  extensions?: Readonly<Record<string, string>>;
  /** The children that are always present. */
  content(row: Row): Element[][];
  /** What follows the expansions. */
  tail?(row: Row): Element[][];
}

/** What else a client asked for. */
export interface Extras {
  expansions: ReadonlySet<string>;
  extensions: ReadonlySet<string>;
}

/** One row as an element. Names that a resource does not know are ignored. */
export function elementOf(resource: Resource, row: Row, extras: Extras, db: DatabaseSync): Element {
  const expanded = Object.entries(resource.expansions)
    .filter(([name]) => extras.expansions.has(name))
    .map(([, expand]) => expand(row, db));
  const extensions = Object.entries(resource.extensions ?? {})
    .filter(([table]) => extras.extensions.has(table))
    .map(([table, key]) => extensionTable(db, table, key, Number(row.id)));
  const data = extensions.length === 0 ? [] : [node('_extension_data', extensions)];
  return node(resource.name, ...resource.content(row), expanded, ...(resource.tail?.(row) ?? []), data);
}

/** The attributes of a list, and of a single resource: what a client can ask for. */
export function offers({ expansions, extensions }: Resource): Record<string, string> {
  const names = Object.keys(expansions);
  return {
    ...(names.length === 0 ? {} : { expansions: names.join(', ') }),
    extensions: Object.keys(extensions ?? {}).join(','),
  };
}

function extensionTable(db: DatabaseSync, table: string, key: string, dcid: number): Element {
  const row = statement(db, `SELECT * FROM ${table} WHERE ${key} = ?`).get(dcid);
  const fields = Object.entries(row ?? {})
    .filter(([name, value]) => name !== key && value !== null && value !== '')
    .map(([name, value]) =>
      node('_field', leaf('name', name), leaf('type', 'String'), [
        { name: 'value', content: String(value), verbatim: true },
      ]),
    );
  return node('_table_extension', leaf('recordFound', row !== undefined), fields, leaf('name', table));
}
