/** `POST /ws/schema/query/{name}` and its `/count`: runs the SQL of an installed plugin. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { faultyRows, type RowFault } from './faults.ts';
import { type Call, json, type Reply } from './http.ts';
import type { Compilation, CompiledQuery } from './plugin/compile.ts';
import { fieldsOf } from './plugin/named-queries.ts';
import type { Plugin, PluginRegistry } from './plugin/registry.ts';
import { type Binds, bindArguments } from './powerquery-args.ts';
import { rowWriter } from './powerquery-rows.ts';

export interface PowerQueryContext {
  db: DatabaseSync;
  plugins: PluginRegistry;
  /** Called with the number of rows in each answer. */
  onRows(rows: number): void;
}

const defaultPageSize = 100;
const rowsPerPiece = 1_000;

/** Body keys that PowerSchool knows and the simulator does not. */
const notSimulated = ['$q', '$dataversion', '$dataversion_applicationname'];

/** Answers an authenticated call. `name` is a query's name, followed by `/count` for the count. */
export async function answerPowerQuery(
  context: PowerQueryContext,
  plugin: Plugin,
  name: string,
  call: Call,
  fault: RowFault | undefined,
): Promise<Reply> {
  const counting = name.endsWith('/count');
  const queryName = counting ? name.slice(0, -'/count'.length) : name;
  if (call.method !== 'POST') return json(405, { message: 'Method Not Allowed' }, { allow: 'POST' });
  if (!/^application\/json\b/i.test(call.headers['content-type'] ?? '')) {
    return json(415, { message: 'Unsupported Media Type: send Content-Type: application/json' });
  }
  if (!/application\/json/i.test(call.headers.accept ?? '')) {
    return json(406, { message: 'The simulator writes JSON only: send Accept: application/json' });
  }
  const query = context.plugins.query(queryName);
  if (query === undefined || query.compiled.state === 'mute')
    return json(404, { message: `Query ${queryName} not found` });
  const denied = deniedFields(query, plugin);
  if (denied.length > 0)
    return validationFailed(
      403,
      queryName,
      denied.map((field) => ({ field, code: 'No access to the field' })),
    );
  if (query.compiled.state === 'unsupported') {
    return json(501, { message: `The simulator cannot run ${queryName}: ${query.compiled.reason}` });
  }
  const body = parseObject(await call.body(10_000_000));
  if (body === undefined) return json(400, { message: 'The body must be a JSON object' });
  const unknown = notSimulated.find((key) => key in body || call.query.has(key));
  if (unknown !== undefined) return json(501, { message: `The simulator does not implement ${unknown}` });
  const { projection = call.query.get('projection') ?? '', ...args } = body;
  const bound = bindArguments(query, query.compiled.sql.binds, args);
  if ('errors' in bound) return validationFailed(400, queryName, bound.errors);
  const run = { query, compiled: query.compiled, binds: bound.values, projection: String(projection) };
  try {
    if (counting) return json(200, { count: countRows(context.db, run) + (fault === 'miscount' ? 1 : 0) });
    return page(context, run, call.query, fault);
  } catch (error) {
    // A value that a function does not accept (ORA-01722 and the like) shows only when rows are read.
    return json(500, { message: error instanceof Error ? error.message : String(error) });
  }
}

interface Run {
  query: CompiledQuery;
  compiled: Extract<Compilation, { state: 'ready' }>;
  binds: Binds;
  projection: string;
}

/** The fields that the query needs and the plugin's access request lacks; all of them if that is unknown. */
export function deniedFields(query: CompiledQuery, plugin: Plugin): string[] {
  const fields =
    query.compiled.state === 'ready' ? query.compiled.fields : fieldsOf(query).map((field) => field.toLowerCase());
  return fields.filter((field) => !plugin.manifest.accessRequest.has(field));
}

function validationFailed(status: number, resource: string, errors: { field: string; code: string }[]): Reply {
  return json(status, {
    message: 'Validation Failed',
    errors: errors.map(({ field, code }) => ({ resource, field, code })),
  });
}

function page(context: PowerQueryContext, run: Run, params: URLSearchParams, fault: RowFault | undefined): Reply {
  const pagesize = wholeNumber(params.get('pagesize'), defaultPageSize, 0);
  const number = wholeNumber(params.get('page'), 1, 1);
  const order = orderBy(run.query, params.get('order'));
  if (pagesize === undefined) return json(400, { message: `Invalid pagesize: ${params.get('pagesize')}` });
  if (number === undefined) return json(400, { message: `Invalid page: ${params.get('page')}` });
  if (order === undefined) return json(400, { message: `Invalid order: ${params.get('order')}` });
  const sql = orderedSql(run.compiled, order);
  const count = params.get('count') === 'true' ? countRows(context.db, run) : undefined;
  const wanted = run.projection
    .toLowerCase()
    .split(/[;,]/)
    .filter((name) => name !== '');
  const write = rowWriter(run.query, (alias) => wanted.length === 0 || wanted.some((name) => names(alias, name)));
  const head = headOf(run.query, count);
  if (pagesize === 0 && fault === undefined) {
    return {
      ...json(200, null),
      body: pieces(context, head, freshStatement(context.db, sql).iterate(run.binds), write),
    };
  }
  const limit = pagesize === 0 ? '' : '\nLIMIT :_limit OFFSET :_offset';
  const paging: Binds = pagesize === 0 ? {} : { _limit: pagesize, _offset: (number - 1) * pagesize };
  const select = (binds: Binds) => rowsOf(statement(context.db, sql + limit).all({ ...binds, ...paging }));
  const whole = select(run.binds);
  const foreign = () => foreignRows(context.db, run, select);
  const rows = fault === 'altered' ? alteredRows(whole) : faultyRows(fault, whole, foreign, ([key]) => Number(key));
  return { ...json(200, null), body: [...pieces(context, head, rows.values(), write)].join('') };
}

// `s.DCID > :after` pages a list of schools, and its other rows are the list's own.
const equalToBind = /(?<![<>!])=\s*:(\w+)|:(\w+)\s*=/g;

/** The query's rows for another school, if one of its arguments is the school that the rows belong to. */
function foreignRows(
  db: DatabaseSync,
  { query, binds }: Run,
  select: (binds: Binds) => SQLOutputValue[][],
): SQLOutputValue[][] {
  const equal = [...query.sql.matchAll(equalToBind)].map(([, right, left = '']) => (right ?? left).toLowerCase());
  const arg = query.args.find(
    (one) => one.field?.toUpperCase() === 'SCHOOLS.DCID' && equal.includes(one.name.toLowerCase()),
  );
  if (arg === undefined) return [];
  const name = arg.name.toLowerCase();
  const others = db.prepare('SELECT dcid FROM schools WHERE dcid <> ? ORDER BY dcid').all(binds[name] ?? null);
  for (const { dcid } of others) {
    const rows = select({ ...binds, [name]: Number(dcid) });
    if (rows.length > 0) return rows;
  }
  return [];
}

/** Changes the last value of the first row: for queries of counts and hashes. */
function alteredRows([first, ...rest]: SQLOutputValue[][]): SQLOutputValue[][] {
  return first === undefined ? [] : [first.with(-1, Number(first.at(-1)) + 1), ...rest];
}

/** The answer piece by piece. An answer without rows has no `record`. */
function* pieces(
  context: PowerQueryContext,
  head: string,
  rows: Iterator<unknown>,
  write: (row: readonly SQLOutputValue[]) => string,
): Generator<string> {
  let buffered: string[] = [];
  let written = 0;
  const join = () => (written === 0 ? `${head}"record":[` : ',') + buffered.join(',');
  for (let next = rows.next(); next.done !== true; next = rows.next()) {
    buffered.push(write(next.value as SQLOutputValue[]));
    if (buffered.length < rowsPerPiece) continue;
    yield join();
    written += buffered.length;
    buffered = [];
  }
  const total = written + buffered.length;
  context.onRows(total);
  const rest = buffered.length === 0 ? '' : join();
  yield `${total === 0 ? head : `${rest}],`}"@extensions":""}`;
}

function headOf(query: CompiledQuery, count: number | undefined): string {
  const name = query.flattened ? query.coreTable?.toUpperCase() : query.coreTable;
  const parts = [
    ...(name === undefined ? [] : [`"name":${JSON.stringify(name)}`]),
    ...(count === undefined ? [] : [`"count":${count}`]),
  ];
  return `{${parts.map((part) => `${part},`).join('')}`;
}

/** Without an ORDER BY the database may return rows in any order, and the simulator does. */
function orderedSql(compiled: Run['compiled'], order: string): string {
  const { sql, ordered } = compiled.sql;
  if (order !== '') return `SELECT * FROM (${sql}\n) ORDER BY ${order}`;
  return ordered ? sql : `SELECT * FROM (${sql}\n) ORDER BY RANDOM()`;
}

/** `order=TABLE.COL;desc,…` as positions in the SELECT list; undefined if a name is not a column of the query. */
function orderBy(query: CompiledQuery, order: string | null): string | undefined {
  const terms = (order ?? '').split(',').filter((term) => term !== '');
  const positions = terms.map((term) => {
    const [name = '', direction = 'asc'] = term.toLowerCase().split(';');
    const index = query.columns.findIndex(
      ({ alias, field }) => names(alias.toLowerCase(), name) || field?.toLowerCase() === name,
    );
    return index < 0 || !['asc', 'desc'].includes(direction) ? undefined : `${index + 1} ${direction}`;
  });
  return positions.includes(undefined) ? undefined : positions.join(', ');
}

/** True when a name means the column with this alias: all of it, or its last part. */
function names(alias: string, name: string): boolean {
  return alias === name || alias.split('.').at(-1) === name;
}

function countRows(db: DatabaseSync, { compiled, binds }: Run): number {
  const [row] = rowsOf(statement(db, `SELECT COUNT(*) FROM (${compiled.sql.sql}\n)`).all(binds));
  return Number(row?.[0]);
}

const caches = new WeakMap<DatabaseSync, Map<string, StatementSync>>();
const mostStatements = 200;

function statement(db: DatabaseSync, sql: string): StatementSync {
  const cache = caches.get(db) ?? new Map<string, StatementSync>();
  caches.set(db, cache);
  const cached = cache.get(sql) ?? freshStatement(db, sql);
  if (cache.size >= mostStatements) cache.clear();
  cache.set(sql, cached);
  return cached;
}

/** A separate statement, for an answer that is read over many turns of the event loop. */
function freshStatement(db: DatabaseSync, sql: string): StatementSync {
  const prepared = db.prepare(sql);
  prepared.setReturnArrays(true);
  return prepared;
}

/** What `setReturnArrays` makes of the rows; the declared type knows only objects. */
function rowsOf(rows: unknown[]): SQLOutputValue[][] {
  return rows as SQLOutputValue[][];
}

function wholeNumber(text: string | null, otherwise: number, least: number): number | undefined {
  if (text === null || text === '') return otherwise;
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= least ? number : undefined;
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
