/**
 * Requests one row from each PowerQuery, for a few schools: does the query exist, and may the plugin read its columns?
 * Shows nothing from the rows.
 */
import { z } from 'zod';
import { bindsOf, probeName, queryName } from '../../plugin/queries.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { type Kind, kinds } from '../../shared/roster.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { type Calls, refusalOf } from '../powerschool/calls.ts';
import type { Answer } from '../powerschool/http.ts';
import { parseJson } from '../powerschool/json.ts';
import { fails, failure, pass, type Verdict, warn } from './step.ts';

/** The outcome of one query. */
export type Trial = { query: string; ms: number } & (
  | {
      outcome: 'answered';
      rows: number;
      older: boolean;
      read: { kind: Kind; columns: ReadonlySet<string> } | undefined;
    }
  | { outcome: 'missing' }
  | { outcome: 'denied'; fields: string[] }
  | { outcome: 'failed'; error: HallpassError }
);

export interface TrialOptions {
  /** A school year that includes this date or later counts as current. */
  horizon: string;
  requestMs: number;
  probeMs: number;
  signal: AbortSignal;
  now: () => number;
}

/** How many schools to search for one with rows: the first may be an office without students. */
const mostSchools = 20;

const recordsSchema = z.object({ record: z.array(z.record(z.string(), z.unknown())).optional() });

/** One query at a time, to keep the minimum interval between requests and to spare the server. */
export async function tryQueries(calls: Calls, options: TrialOptions): Promise<Trial[]> {
  const trials: Trial[] = [];
  let schools: readonly string[] = ['0'];
  for (const kind of kinds) {
    const { trial, records } = await tryKind(calls, kind, schools, options);
    trials.push(trial);
    if (kind === 'school' && records.length > 0) schools = records.map(({ id }) => String(id));
  }
  const probe = await tryQuery(calls, { query: probeName }, { horizon: options.horizon }, options.probeMs, options);
  return [...trials, probe.trial];
}

/** Uses the first school that has a row of this kind: only a row shows which columns exist. */
async function tryKind(calls: Calls, kind: Kind, schools: readonly string[], options: TrialOptions): Promise<Tried> {
  const binds = bindsOf(kind);
  const query = queryName(kind);
  let tried: Tried | undefined;
  for (const school of binds.school ? schools : ['']) {
    const args = {
      after: '0',
      ...(binds.school ? { school } : {}),
      ...(binds.horizon ? { horizon: options.horizon } : {}),
    };
    tried = await tryQuery(calls, { query, kind }, args, options.requestMs, options);
    if (tried.trial.outcome !== 'answered' || tried.records.length > 0) break;
  }
  if (tried === undefined) throw new TypeError('there is always a school to ask for');
  return tried;
}

interface Tried {
  trial: Trial;
  records: Record<string, unknown>[];
}

/** @param asked the kind of an extract, whose columns are reported; undefined for the probe */
async function tryQuery(
  calls: Calls,
  { query, kind }: { query: string; kind?: Kind },
  args: Record<string, string>,
  timeoutMs: number,
  { signal, now }: TrialOptions,
): Promise<Tried> {
  const began = now();
  const size = kind === 'school' ? mostSchools : 1;
  const nothing: Tried['records'] = [];
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const path = `/ws/schema/query/${query}?pagesize=${size}`;
    const body = JSON.stringify(args);
    const answer = await calls.send({ method: 'POST', path, body, signal: AbortSignal.any([signal, late]) });
    const ms = now() - began;
    if (answer.status === 404) return { trial: { query, ms, outcome: 'missing' }, records: nothing };
    if (answer.status === 403) {
      return { trial: { query, ms, outcome: 'denied', fields: refusalOf(answer)?.fields ?? [] }, records: nothing };
    }
    if (answer.status !== 200) throw await calls.refusal(answer, query);
    const records = recordsOf(answer);
    if (records === undefined) {
      const reason = 'it is not a list of records in JSON';
      throw fail('POWERSCHOOL_MALFORMED', { url: calls.http.origin, what: query, reason });
    }
    const record = records[0];
    // Since 0.2.0, rows and the probe both say which school they belong to, the probe under a shorter name.
    const older =
      record !== undefined && (query === probeName ? 'kind' in record : 'school' in args && !('school' in record));
    const read =
      record === undefined || kind === undefined ? undefined : { kind, columns: new Set(Object.keys(record)) };
    return { trial: { query, ms, outcome: 'answered', rows: records.length, older, read }, records };
  } catch (error) {
    signal.throwIfAborted();
    const reason = `${query} did not answer within ${timeoutMs / 1000} s`;
    const named = late.aborted
      ? fail('POWERSCHOOL_UNREACHABLE', { url: calls.http.origin, reason })
      : toHallpassError(error);
    return { trial: { query, ms: now() - began, outcome: 'failed', error: named }, records: nothing };
  }
}

function recordsOf(answer: Answer): Record<string, unknown>[] | undefined {
  const parsed = recordsSchema.safeParse(parseJson(answer.text));
  return parsed.success ? (parsed.data.record ?? []) : undefined;
}

/** True when PowerSchool has none of the queries: another plugin, an old one, or one without queries. */
export function noneThere(trials: readonly Trial[]): boolean {
  return trials.every(({ outcome }) => outcome === 'missing');
}

/** Names each missing column. */
export function grantsVerdict(trials: readonly Trial[]): Verdict {
  const denied = trials.flatMap((trial) => (trial.outcome === 'denied' ? [trial] : []));
  if (denied.length > 0) {
    const fields = [...new Set(denied.flatMap((trial) => trial.fields.map((field) => field.toUpperCase())))].sort();
    const what = fields.join(', ') || 'a column that PowerSchool does not name';
    const action = 'Open the plugin in PowerSchool, approve its access request, and enable it again.';
    return fails(`PowerSchool does not let the plugin read ${what} (queries: ${listed(denied)}).`, action);
  }
  const known = trials.filter(({ outcome }) => outcome === 'answered');
  if (known.length === trials.length) return pass(`Every column of the ${trials.length} queries may be read.`);
  const others = trials.filter(({ outcome }) => outcome !== 'answered');
  return warn(`Unknown for ${listed(others)}.`, 'Fix powerschool.queries first.');
}

export function queriesVerdict(trials: readonly Trial[]): Verdict {
  const missing = trials.filter(({ outcome }) => outcome === 'missing');
  if (missing.length > 0) {
    const { action } = fail('POWERSCHOOL_QUERY_MISSING', { query: '' });
    return fails(
      `PowerSchool does not know ${missing.length === trials.length ? "any of the plugin's queries" : listed(missing)}.`,
      action,
    );
  }
  const failed = trials.find((trial) => trial.outcome === 'failed');
  if (failed?.outcome === 'failed') {
    const { name: _name, ...verdict } = failure('', failed.error);
    return verdict;
  }
  const answered = trials.flatMap((trial) => (trial.outcome === 'answered' ? [trial] : []));
  const slowest = answered.reduce(
    (slow, trial) => (trial.ms > slow.ms ? trial : slow),
    answered[0] ?? { query: '', ms: 0 },
  );
  if (answered.length < trials.length) {
    return warn(`${answered.length} of ${trials.length} queries answer.`, 'Fix powerschool.grants first.');
  }
  const time = `the slowest, ${shortName(slowest.query)}, in ${slowest.ms} ms`;
  const schools = answered.find(({ query }) => query === queryName('school'));
  if (schools?.rows === 0) {
    return warn(
      `${trials.length} queries answer, ${time}, but PowerSchool shows no school.`,
      'Check whether the schools of the district are in this PowerSchool.',
    );
  }
  if (answered.some(({ older }) => older)) {
    return warn(
      `${trials.length} queries answer, ${time}. They are those of an earlier version of the plugin, which works.`,
      'Write the plugin of this version with "hallpass-agent plugin" and install it as an update; see its guide.',
    );
  }
  return pass(`${trials.length} queries answer, ${time}.`);
}

function listed(trials: readonly Trial[]): string {
  return trials.map(({ query }) => shortName(query)).join(', ');
}

/** Names of PowerQueries are long and differ only at the end. */
function shortName(query: string): string {
  return query.split('.').at(-1) ?? query;
}
