/**
 * The PowerQueries of the plugin: one per roster kind, and the probe. Read queries page by key (`> :after ORDER BY`),
 * which stays correct while rows change; the probe counts and hashes the same rows and columns per school.
 */
import type { Kind } from '../shared/roster.ts';
import type { Column, Extract } from './extracts/extract.ts';
import { currentYear } from './extracts/joins.ts';
import type { Sources } from './extracts/sources.ts';
import { extractOf, extractsOf } from './extracts.ts';

export interface PowerQueryArg {
  name: string;
  field: string;
  description: string;
}

export interface PowerQuery {
  name: string;
  summary: string;
  description: string;
  args: PowerQueryArg[];
  columns: { field: string; alias: string }[];
  sql: string;
}

const prefix = 'com.hallpass.agent.roster';

/** Name of the PowerQuery that reads a kind. */
export function queryName(kind: Kind): string {
  return `${prefix}.${extractOf(kind).name}`;
}

/** The name of the PowerQuery that shows in one request which buckets have changed. */
export const probeName = `${prefix}.probe`;

/** The probe's name for the bucket of the schools themselves. */
export const probeDistrict = '0';

/** The probe's name for each kind. Its rows are short, because all of them travel once a minute: 50 bytes each. */
export const probeCodes = {
  school: 'sc',
  term: 'te',
  section: 'se',
  student: 'st',
  teacher: 'tc',
  studentEnrollment: 'en',
  teacherRoster: 'ro',
} as const satisfies Record<Kind, string>;

/** True when a kind's query takes the binds `school` and, for yearly kinds, `horizon`. */
export function bindsOf(kind: Kind): { school: boolean; horizon: boolean } {
  const extract = extractOf(kind);
  return { school: extract.school !== undefined, horizon: extract.yearly };
}

/** All PowerQueries of the plugin: the seven kinds, then the probe. */
export function powerQueries(sources: Sources): PowerQuery[] {
  const extracts = extractsOf(sources);
  return [...extracts.map(readQuery), probeQuery(extracts)];
}

/**
 * Besides the extract's columns, a row says which school it belongs to: otherwise rows of another school would look
 * like those of this one, and the rows they replaced would look deleted.
 */
function readQuery(extract: Extract): PowerQuery {
  const selected = extract.columns.map((column) => `${readSql(column)} AS ${column.name}`);
  const columns = extract.columns.map((column) => ({ field: column.field, alias: `${extract.kind}.${column.name}` }));
  if (extract.school !== undefined) {
    selected.push(`${extract.school.sql} AS school`);
    columns.push({ field: extract.school.field, alias: `${extract.kind}.school` });
  }
  const args: PowerQueryArg[] = [
    {
      name: 'after',
      field: extract.key.field,
      description: 'Key of the last row of the previous page; 0 for the first page',
    },
  ];
  if (extract.school !== undefined) {
    args.push({ name: 'school', field: extract.school.field, description: 'DCID of the school' });
  }
  if (extract.yearly) args.push(horizonArg);
  return {
    name: `${prefix}.${extract.name}`,
    summary: extract.summary,
    description: `${extract.summary}. Read by the Hallpass agent, page by page.`,
    args,
    columns,
    sql: `SELECT
  ${selected.join(',\n  ')}
FROM ${extract.from}
WHERE ${conditions(extract)}${extract.school === undefined ? '' : `\n  AND ${extract.school.sql} = :school`}
  AND ${extract.key.sql} > :after
ORDER BY ${extract.key.sql}`,
  };
}

function probeQuery(extracts: readonly Extract[]): PowerQuery {
  const parts = extracts.map((extract, index) => {
    const bucket = extract.school?.sql ?? probeDistrict;
    const hashed = extract.columns.map(hashSql).join(" || '|' || ");
    return `SELECT '${probeCodes[extract.kind]}' AS k, q${index}.school AS s, COUNT(*) AS n, SUM(q${index}.hash) AS h
FROM (
  SELECT ${bucket} AS school, ORA_HASH(${hashed}) AS hash
  FROM ${extract.from}
  WHERE ${conditions(extract)}
) q${index}
GROUP BY q${index}.school`;
  });
  return {
    name: probeName,
    summary: 'Counts and hashes of every kind and school',
    description: 'Tells the Hallpass agent in one request which schools have changed. Returns no personal data.',
    args: [horizonArg],
    columns: [
      { field: 'CC.DCID', alias: 'probe.k' },
      { field: 'SCHOOLS.DCID', alias: 'probe.s' },
      { field: 'CC.DCID', alias: 'probe.n' },
      { field: 'CC.DCID', alias: 'probe.h' },
    ],
    sql: `SELECT p.k AS k, p.s AS s, p.n AS n, p.h AS h
FROM (
${parts.join('\nUNION ALL\n')}
) p
ORDER BY p.k, p.s`,
  };
}

const horizonArg: PowerQueryArg = {
  name: 'horizon',
  // A text column on purpose: the bind is compared with TO_CHAR of a date, and must not become a date itself.
  field: 'TERMS.Name',
  description: 'Date YYYY-MM-DD: a school year that begins by then is the current one',
};

function conditions(extract: Extract): string {
  return extract.yearly ? `${extract.where}\n  AND ${currentYear}` : extract.where;
}

function readSql(column: Column): string {
  return column.type === 'date' ? `TO_CHAR(${column.sql}, 'YYYY-MM-DD')` : column.sql;
}

/** Oracle concatenates NULL as an empty text, SQLite does not: COALESCE makes both agree. */
function hashSql(column: Column): string {
  if (column.required === true) return column.sql.startsWith('CASE') ? `(${column.sql})` : column.sql;
  if (column.type === 'text') return `COALESCE(${column.sql}, '')`;
  return `COALESCE(${column.type === 'date' ? readSql(column) : `TO_CHAR(${column.sql})`}, '')`;
}
