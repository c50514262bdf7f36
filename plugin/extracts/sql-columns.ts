/** Derives from a query's SQL which columns it touches, so that the access request says neither more nor less. */

/**
 * The TABLE.FIELD names in a query's SQL, found by its table aliases. Relies on the style of our queries: tables in
 * upper case in FROM and JOIN with a lower-case alias, and every column qualified by one.
 *
 * @param within the part of the SQL to search, when its aliases are defined elsewhere in the SQL
 */
export function columnsInSql(sql: string, within: string = sql): string[] {
  const tables = new Map<string, string>();
  for (const [, table, alias] of sql.matchAll(/\b(?:FROM|JOIN)\s+([A-Z][A-Z0-9_]*)\s+([a-z]+\d*)\b/g)) {
    if (table !== undefined && alias !== undefined) tables.set(alias, table);
  }
  const withoutText = within.replace(/'[^']*'/g, "''");
  const found = new Set<string>();
  for (const [, alias, column] of withoutText.matchAll(/(?<![:\w.])([a-z]+\d*)\.(\w+)/g)) {
    const table = tables.get(alias ?? '');
    if (table !== undefined) found.add(`${table}.${column}`);
  }
  return [...found];
}
