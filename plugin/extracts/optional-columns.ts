/** The columns of the optional properties of a kind, from the table that they all stand in. */
import { type PropertyKind, type PropertyName, propertiesOf } from '../../shared/properties.ts';
import type { Column } from './extract.ts';
import type { ColumnSource } from './sources.ts';

/**
 * @param alias of the kind's own table in the extract's SQL
 * @param chosen where the district has said itself where a property is
 */
export function optionalColumns<K extends PropertyKind>(
  kind: K,
  alias: string,
  chosen: { [name in PropertyName<K>]?: ColumnSource } = {},
): Column[] {
  const sources: Readonly<Record<string, ColumnSource | undefined>> = chosen;
  return propertiesOf(kind).map(({ name, column, type, personal }) => {
    const { also, ...source } = sources[name] ?? ownColumn(column, alias, `${kind}.${name}`);
    return {
      ...{ name, sql: source.sql, field: source.field, type },
      ...(personal === undefined ? {} : { personal }),
      ...(also === undefined ? {} : { also }),
    };
  });
}

function ownColumn(column: string | undefined, alias: string, what: string): Pick<Column, 'sql' | 'field' | 'also'> {
  if (column === undefined) throw new TypeError(`${what} has neither a column nor a source`);
  return { sql: `${alias}${column.slice(column.indexOf('.'))}`, field: column };
}
