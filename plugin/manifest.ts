/** plugin.xml and the named queries file, as PowerSchool wants them. */
import { type PowerQuery, powerQueries } from './queries.ts';

export interface PluginManifest {
  name: string;
  /** Digits and dots; PowerSchool refuses an update whose version does not increase. */
  version: string;
  description: string;
  publisher: { name: string; email: string };
  /** TABLE.FIELD, each once, sorted: exactly what the queries touch. */
  accessRequest: string[];
  queries: PowerQuery[];
}

/** The manifest of the `powerquery` variant. */
export function powerqueryManifest(version: string): PluginManifest {
  const queries = powerQueries();
  return {
    name: 'Hallpass',
    version,
    description: 'Lets the Hallpass agent in your own network read rosters for Microsoft 365 Education. Read only.',
    publisher: { name: 'Hallpass', email: 'plugin@hallpass.example' },
    accessRequest: accessRequestOf(queries),
    queries,
  };
}

/** Every TABLE.FIELD that the SQL of these queries touches, and every one that they declare. */
export function accessRequestOf(queries: readonly PowerQuery[]): string[] {
  const fields = new Map<string, string>();
  for (const query of queries) {
    for (const field of [...columnsInSql(query.sql), ...query.columns.map((column) => column.field)]) {
      fields.set(field.toUpperCase(), field);
    }
  }
  return [...fields.values()].sort();
}

/**
 * The TABLE.FIELD names in a query's SQL, read off its table aliases. Requires what the queries keep to: tables named in
 * FROM and JOIN with an alias, and every column qualified by one.
 */
export function columnsInSql(sql: string): string[] {
  const tables = new Map<string, string>();
  for (const [, table, alias] of sql.matchAll(/\b(?:FROM|JOIN)\s+([A-Z_]+)\s+([a-z]+\d*)\b/g)) {
    if (table !== undefined && alias !== undefined) tables.set(alias, table);
  }
  const withoutText = sql.replace(/'[^']*'/g, "''");
  const found = new Set<string>();
  for (const [, alias, column] of withoutText.matchAll(/(?<![:\w.])([a-z]+\d*)\.(\w+)/g)) {
    const table = tables.get(alias ?? '');
    if (table !== undefined) found.add(`${table}.${column}`);
  }
  return [...found];
}

/** plugin.xml. The namespace is the only one ever published; PowerSchool never moved it off pearson.com. */
export function pluginXml(manifest: PluginManifest): string {
  const fields = manifest.accessRequest.map((name) => {
    const [table = '', field = ''] = name.split('.');
    return `    <field table="${xml(table)}" field="${xml(field)}" access="ViewOnly"/>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<plugin xmlns="http://plugin.powerschool.pearson.com"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:schemaLocation="http://plugin.powerschool.pearson.com plugin.xsd"
        name="${xml(manifest.name)}" version="${xml(manifest.version)}" description="${xml(manifest.description)}">
  <oauth/>
  <access_request>
${fields.join('\n')}
  </access_request>
  <publisher name="${xml(manifest.publisher.name)}">
    <contact email="${xml(manifest.publisher.email)}"/>
  </publisher>
</plugin>
`;
}

/** The named queries file. Two-part aliases, so no core table is needed and no row carries `_name` and `_id`. */
export function namedQueriesXml(queries: readonly PowerQuery[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<queries>
${queries.map(queryXml).join('\n')}
</queries>
`;
}

function queryXml(query: PowerQuery): string {
  const args = query.args.map(
    (arg) =>
      `      <arg name="${xml(arg.name)}" column="${xml(arg.field)}" description="${xml(arg.description)}" type="primitive" required="true"/>`,
  );
  const columns = query.columns.map(
    (column) => `      <column column="${xml(column.field)}">${xml(column.alias)}</column>`,
  );
  return `  <query name="${xml(query.name)}" flattened="true">
    <summary>${xml(query.summary)}</summary>
    <description>${xml(query.description)}</description>
    <args>
${args.join('\n')}
    </args>
    <columns>
${columns.join('\n')}
    </columns>
    <sql><![CDATA[
${query.sql}
    ]]></sql>
  </query>`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
