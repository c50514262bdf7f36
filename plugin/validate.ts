/**
 * The rules of PowerSchool that a plugin must follow. PowerSchool refuses some mistakes at installation; others (a
 * column list that does not match the SELECT, an undeclared bind) install well and fail silently at the first call. All
 * are refused here, before the ZIP is written.
 */
import { isExtensionTable } from './extracts/sources.ts';
import { columnsInSql } from './extracts/sql-columns.ts';
import type { PluginManifest } from './manifest.ts';
import type { PowerQuery } from './queries.ts';
import { isPluginVersion } from './version.ts';

export interface Finding {
  /** `plugin.xml`, or the name of the query. */
  where: string;
  reason: string;
}

/** Every broken rule; empty when the plugin may be written. */
export function validatePlugin(manifest: PluginManifest): Finding[] {
  const granted = new Set(manifest.accessRequest.map((field) => field.toUpperCase()));
  return [...manifestFindings(manifest), ...manifest.queries.flatMap((query) => queryFindings(query, granted))];
}

function manifestFindings(manifest: PluginManifest): Finding[] {
  const findings: Finding[] = [];
  const check = (holds: boolean, reason: string) => {
    if (!holds) findings.push({ where: 'plugin.xml', reason });
  };
  check(within(manifest.name, 1, 40), 'the name must have 1 to 40 characters');
  check(isPluginVersion(manifest.version), 'the version must be digits and dots');
  check(within(manifest.version, 1, 20), 'the version must have at most 20 characters');
  check(within(manifest.description, 0, 256), 'the description must have at most 256 characters');
  check(within(manifest.publisher.name, 1, 100), 'the publisher must have 1 to 100 characters');
  check(within(manifest.publisher.email, 1, 40), "the publisher's email must have 1 to 40 characters");
  for (const name of manifest.accessRequest) {
    const [table = '', field = '', ...rest] = name.split('.');
    check(
      rest.length === 0 && within(table, 1, 30) && within(field, 1, 30),
      `${name} is not TABLE.FIELD of up to 30 characters each`,
    );
    // Extension tables differ from district to district; a missing one keeps the whole plugin from being enabled.
    check(
      !isExtensionTable(table) || manifest.extensionTables.includes(table.toUpperCase()),
      `${name} is in an extension table, which other districts do not have`,
    );
  }
  // Ask for nothing that is not read: `/ws/v1` ignores the access request, and PowerQueries need no grant for it.
  check(
    manifest.queries.length > 0 || manifest.accessRequest.length === 0,
    'the access request has columns that no query reads',
  );
  check(manifest.queries.length === 0 || manifest.v1Access === undefined, 'PowerQueries need no access to /ws/v1');
  const names = manifest.queries.map((query) => query.name);
  check(new Set(names).size === names.length, 'two queries have the same name');
  return findings;
}

function queryFindings(query: PowerQuery, granted: Set<string>): Finding[] {
  const findings: Finding[] = [];
  const check = (holds: boolean, reason: string) => {
    if (!holds) findings.push({ where: query.name, reason });
  };
  check(/^[a-z]+(\.[a-z0-9_]+){4}$/.test(query.name), 'the name must have five parts in lower case');
  check(!query.name.startsWith('com.powerschool'), 'names that begin with com.powerschool are reserved');
  check(query.name.length <= 200, 'the name must have at most 200 characters');

  const selected = selectedAliases(query.sql);
  const declared = query.columns.map((column) => column.alias.split('.').at(-1) ?? '');
  check(new Set(declared).size === declared.length, 'two columns have the same alias');
  check(
    selected.join(',').toLowerCase() === declared.join(',').toLowerCase(),
    `the columns (${declared.join(', ')}) are not those of the SELECT list (${selected.join(', ')})`,
  );
  for (const { alias, field } of query.columns) {
    check(/^\w+\.\w+$/.test(alias), `the alias ${alias} must have two parts of letters, digits and underscores`);
    check(granted.has(field.toUpperCase()), `${field} is not in the access request`);
  }
  for (const field of columnsInSql(query.sql))
    check(granted.has(field.toUpperCase()), `${field} is not in the access request`);

  const binds = new Set([...query.sql.replace(/'[^']*'/g, "''").matchAll(/:(\w+)/g)].map(([, name]) => name));
  const args = new Set(query.args.map((arg) => arg.name));
  for (const bind of binds) check(args.has(bind ?? ''), `the bind :${bind} is not declared`);
  for (const arg of args) check(binds.has(arg), `the argument ${arg} is not used`);
  check(/\bORDER BY\b[^)]*$/.test(query.sql), 'without ORDER BY pages are unreliable');
  check(!/;\s*$/.test(query.sql), 'the SQL must not end in a semicolon');
  check(!query.sql.includes(']]>'), 'the SQL cannot be in a CDATA section');
  return findings;
}

/** The names of the outermost SELECT list: what follows the last AS of each item. */
function selectedAliases(sql: string): string[] {
  const items = [''];
  let depth = 0;
  for (const token of sql.replace(/^\s*SELECT\b/i, '').matchAll(/[(),]|\bFROM\b|[^(),\s]+|\s+/gi)) {
    const text = token[0];
    if (depth === 0 && text.toUpperCase() === 'FROM') break;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (text === ',' && depth === 0) items.push('');
    else items[items.length - 1] += text;
  }
  return items.map((item) => /(\w+)\s*$/.exec(item)?.[1] ?? '');
}

function within(text: string, shortest: number, longest: number): boolean {
  return text.length >= shortest && text.length <= longest;
}
