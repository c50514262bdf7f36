/** The columns of a kind's optional properties, from the table that defines them all. */
import { type PropertyKind, type PropertyName, propertiesOf } from '../../shared/properties.ts';
import { kinds } from '../../shared/roster.ts';
import type { Column, Extract } from './extract.ts';
import type { ColumnSource } from './sources.ts';

/**
 * @param alias of the kind's own table in the extract's SQL
 * @param chosen sources that the district itself has set for properties
 */
export function optionalColumns<K extends PropertyKind>(
  kind: K,
  alias: string,
  chosen: { [name in PropertyName<K>]?: ColumnSource } = {},
): Column[] {
  const sources: Readonly<Record<string, ColumnSource | undefined>> = chosen;
  return propertiesOf(kind).map(({ name, column, type, personal, onlyAlso }) => {
    const { sql, field, also } = sources[name] ?? ownColumn(column, alias, `${kind}.${name}`);
    return {
      ...{ name, sql: onlyAlso === true ? alwaysThere(sql, type) : sql, field, type },
      ...(personal === undefined ? {} : { personal }),
      ...(also === undefined ? {} : { also }),
    };
  });
}

/**
 * PowerSchool omits NULL from a row: with a blank in its place, one row shows whether the plugin was written with the
 * column.
 */
function alwaysThere(sql: string, type: Column['type']): string {
  return `COALESCE(${type === 'text' ? sql : `TO_CHAR(${sql})`}, ' ')`;
}

/**
 * The columns of a complete extract that a plugin reads. @param also names of the additional properties that it reads
 */
export function columnsRead({ kind, columns }: Pick<Extract, 'kind' | 'columns'>, also: readonly string[]): Column[] {
  const left = new Set(
    propertiesOf(kind).flatMap(({ name, onlyAlso }) => (onlyAlso && !also.includes(name) ? [name] : [])),
  );
  return columns.filter(({ name }) => !left.has(name));
}

/** The names that `--also` accepts. */
export const furtherProperties: readonly string[] = [
  ...new Set(kinds.flatMap((kind) => propertiesOf(kind)).flatMap(({ name, onlyAlso }) => (onlyAlso ? [name] : []))),
];

function ownColumn(column: string | undefined, alias: string, what: string): Pick<Column, 'sql' | 'field' | 'also'> {
  if (column === undefined) throw new TypeError(`${what} has neither a column nor a source`);
  return { sql: `${alias}${column.slice(column.indexOf('.'))}`, field: column };
}
