/** The plugin before 0.2.0: rows did not say which school they belong to, and the probe used long names. */
import { type PluginManifest, powerqueryManifest } from '../../plugin/manifest.ts';
import { type PowerQuery, probeCodes, probeName } from '../../plugin/queries.ts';

export function olderPlugin(version: string): PluginManifest {
  const manifest = powerqueryManifest(version);
  return {
    ...manifest,
    queries: manifest.queries.map((query) => (query.name === probeName ? longProbe : anyRow)(query)),
  };
}

function anyRow(query: PowerQuery): PowerQuery {
  const columns = query.columns.filter(({ alias }) => !alias.endsWith('.school'));
  return { ...query, columns, sql: query.sql.replace(/,\s+\S+ AS school$/m, '') };
}

const names = { k: 'kind', s: 'school', n: 'records', h: 'hash' };

function longProbe(query: PowerQuery): PowerQuery {
  let { sql } = query;
  for (const [kind, code] of Object.entries(probeCodes)) sql = sql.replaceAll(`'${code}' AS k`, `'${kind}' AS k`);
  for (const [short, long] of Object.entries(names)) {
    sql = sql.replaceAll(new RegExp(`\\bAS ${short}\\b`, 'g'), `AS ${long}`).replaceAll(`p.${short} `, `p.${long} `);
  }
  sql = sql.replace('ORDER BY p.k, p.s', 'ORDER BY p.kind, p.school');
  const columns = Object.values(names).map((name, index) => ({
    field: query.columns[index]?.field ?? '',
    alias: `probe.${name}`,
  }));
  return { ...query, columns, sql };
}
