/** `/ws/v1/*`: lists, counts and single resources, for a plugin with access. */

import type { DatabaseSync } from 'node:sqlite';
import { statement } from '../database/statement.ts';
import { faultyRows, type RowFault } from '../faults.ts';
import { type Call, json, type Reply } from '../http.ts';
import type { Plugin } from '../plugin/registry.ts';
import { compareVersions } from '../plugin/version.ts';
import { courses, schools, sectionEnrollments, sections, terms } from './classes.ts';
import { type Element, leaf, node } from './element.ts';
import { type Condition, FilterError, filterSql } from './filter.ts';
import type { PageLimits } from './page-limits.ts';
import { staff, students } from './people.ts';
import { type Extras, elementOf, offers, type Resource, type Row } from './resource.ts';
import { jsonOf } from './to-json.ts';
import { xmlOf } from './to-xml.ts';

export interface RestContext {
  db: DatabaseSync;
  /** PowerSchool's version. */
  version: string;
  pageLimits: PageLimits;
}

/** Since this version a plugin needs `accessLevelV1Api`. */
const gatedSince = '25.2';

const single: Readonly<Record<string, Resource>> = {
  school: schools,
  student: students,
  staff,
  section: sections,
  course: courses,
  term: terms,
  section_enrollment: sectionEnrollments,
};

/** Lists of a school, each with the condition that finds its rows by SCHOOLS.School_Number. */
const ofSchool: Readonly<Record<string, { resource: Resource; where: string }>> = {
  // Without q, a school's list has active and pre-registered students, and the district's list has all.
  student: {
    resource: { ...students, defaults: 'r.enroll_status IN (0, -1)', defaultApplies },
    where: 'r.schoolid = ?',
  },
  staff: { resource: staff, where: 'r.schoolid = ?' },
  section: { resource: sections, where: 'r.schoolid = ?' },
  course: { resource: courses, where: 'r.schoolid IN (?, 0)' },
  term: { resource: terms, where: 'r.schoolid = ?' },
};

function defaultApplies(q: string): boolean {
  return q === '';
}

/** Answers an authenticated call under `/ws/v1/`, other than metadata and time. */
export function answerRest(context: RestContext, plugin: Plugin, call: Call, fault: RowFault | undefined): Reply {
  if (compareVersions(context.version, gatedSince) >= 0 && plugin.manifest.v1Access === 'NONE') {
    return json(401, { errorMessage: { message: 'Plugin is missing required accessLevelV1Api READ permission' } });
  }
  const path = call.path.slice('/ws/v1/'.length).split('/');
  const counting = path.at(-1) === 'count';
  const target = call.method === 'GET' ? targetOf(context.db, counting ? path.slice(0, -1) : path) : undefined;
  if (target === undefined || (counting && 'one' in Object(target))) return notImplemented(call);
  if (target === 'missing') return refusal(404, 'Resource not found');
  const request: Request = { context, plugin, call, fault };
  try {
    if ('one' in target) return answerWith(call, target.one(request));
    return answerWith(call, counting ? countOf(request, target) : pageOf(request, target));
  } catch (error) {
    if (error instanceof FilterError) return refusal(400, error.message);
    throw error;
  }
}

interface Request {
  context: RestContext;
  plugin: Plugin;
  call: Call;
  fault: RowFault | undefined;
}

interface List {
  resource: Resource;
  /** In addition to the defaults of the resource. */
  conditions: Condition[];
  /** The condition that finds the rows of another owner, if the list belongs to a school or section. */
  foreign?: Condition;
}

type Target = List | { one(request: Request): Element } | 'missing' | undefined;

function targetOf(db: DatabaseSync, [first = '', second, third, ...rest]: string[]): Target {
  if (rest.length > 0) return undefined;
  if (first === 'district') {
    if (third !== undefined) return undefined;
    if (second === undefined) return { one: districtOf };
    if (second === 'school') return { resource: schools, conditions: [] };
    return second === 'student' ? { resource: students, conditions: [] } : undefined;
  }
  if (first === 'school' && second === undefined) return { resource: schools, conditions: [] };
  if (second === undefined || !/^\d{1,15}$/.test(second)) return undefined;
  const id = Number(second);
  if (third === undefined) {
    const resource = Object.hasOwn(single, first) ? single[first] : undefined;
    return resource === undefined ? undefined : oneOf(db, resource, id);
  }
  if (first === 'section' && third === 'section_enrollment') {
    const [row] = statement(db, 'SELECT id FROM sections WHERE dcid = ?').all(id);
    if (row === undefined) return 'missing';
    // Both signs, rather than ABS, so that the index is used.
    const values = [Number(row.id), -Number(row.id)];
    const foreign = { sql: 'r.sectionid > 0 AND r.sectionid <> ?', values: values.slice(0, 1) };
    return { resource: sectionEnrollments, conditions: [{ sql: 'r.sectionid IN (?, ?)', values }], foreign };
  }
  const list = first === 'school' && Object.hasOwn(ofSchool, third) ? ofSchool[third] : undefined;
  if (list === undefined) return undefined;
  const [school] = statement(db, 'SELECT school_number FROM schools WHERE dcid = ?').all(id);
  if (school === undefined) return 'missing';
  const values = [Number(school.school_number)];
  const foreign = { sql: 'r.schoolid NOT IN (0, ?)', values };
  return { resource: list.resource, conditions: [{ sql: list.where, values }], foreign };
}

function oneOf(db: DatabaseSync, resource: Resource, id: number): Target {
  const [row] = statement(db, `SELECT ${resource.select} FROM ${resource.from} WHERE r.dcid = ?`).all(id);
  if (row === undefined) return 'missing';
  return {
    one: ({ call }) => ({ ...elementOf(resource, row, extrasOf(call), db), attributes: offers(resource) }),
  };
}

const districtExpansions = [
  ...[
    'district_race_codes',
    'districts_of_residence',
    'entry_codes',
    'ethnicity_race_decline_to_specify',
    'exit_codes',
  ],
  ...['federal_race_categories', 'fees_payment_methods', 'scheduling_reporting_ethnicities', 'test_setup'],
];

/** The codes that a district sets up are not in the database, so those expansions are empty. */
function districtOf({ call }: Request): Element {
  const expanded = districtExpansions.filter((name) => extrasOf(call).expansions.has(name));
  return {
    ...node(
      'district',
      leaf('district_number', '0'),
      leaf('name', 'Summit School District'),
      expanded.map((name) => node(name)),
    ),
    attributes: { expansions: districtExpansions.join(', ') },
  };
}

function extrasOf({ query }: Call): Extras {
  const names = (parameter: string) => new Set((query.get(parameter) ?? '').split(',').map((name) => name.trim()));
  return { expansions: names('expansions'), extensions: names('extensions') };
}

function conditionsOf({ call }: Request, { resource, conditions }: Pick<List, 'resource' | 'conditions'>): Condition[] {
  const q = call.query.get('q') ?? '';
  const applies = resource.defaultApplies?.(q) ?? true;
  const defaults = resource.defaults !== undefined && applies ? [{ sql: resource.defaults, values: [] }] : [];
  return [...conditions, ...defaults, ...filterSql(q, resource.filters)];
}

function whereOf(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
}

function countOf(request: Request, list: List): Element {
  const conditions = conditionsOf(request, list);
  const values = conditions.flatMap((condition) => condition.values);
  const row = statement(
    request.context.db,
    `SELECT COUNT(*) AS rows FROM ${list.resource.from} ${whereOf(conditions)}`,
  ).get(...values);
  return node('resource', leaf('count', Number(row?.rows ?? 0) + (request.fault === 'miscount' ? 1 : 0)));
}

/** A page; a size beyond the plugin's maximum is reduced to it. */
function pageOf(request: Request, list: List): Element {
  const { context, plugin, call, fault } = request;
  const { resource } = list;
  const most = context.pageLimits.of(plugin.id, resource.name);
  const size = Math.min(wholeNumber(call, 'pagesize') ?? most, most);
  const page = wholeNumber(call, 'page') ?? 1;
  const select = (own: Condition[]): Row[] => {
    const conditions = conditionsOf(request, { resource, conditions: own });
    const values = conditions.flatMap((condition) => condition.values);
    const sql = `SELECT ${resource.select} FROM ${resource.from} ${whereOf(conditions)}
      ORDER BY ${resource.orderBy} LIMIT ? OFFSET ?`;
    return statement(context.db, sql).all(...values, size, (page - 1) * size);
  };
  const foreign = () => (list.foreign === undefined ? [] : select([list.foreign]));
  const rows = faultyRows(fault, select(list.conditions), foreign, ({ id }) => Number(id));
  const extras = extrasOf(call);
  const children = rows.map((row) => elementOf(resource, row, extras, context.db));
  return { ...node(resource.list, children), attributes: offers(resource) };
}

/** @throws FilterError for anything but a positive whole number */
function wholeNumber({ query }: Call, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new FilterError(`Invalid ${name}: ${text}`);
  return Number(text);
}

function answerWith({ headers }: Call, root: Element): Reply {
  const asJson = /application\/json/i.test(headers.accept ?? '');
  const type = asJson ? 'application/json' : 'application/xml';
  return {
    status: 200,
    headers: { 'content-type': `${type};charset=UTF-8` },
    body: asJson ? jsonOf(root) : xmlOf(root),
  };
}

function refusal(status: number, message: string): Reply {
  return json(status, { errorMessage: { message } });
}

function notImplemented(call: Call): Reply {
  return json(501, { message: `The simulator does not implement ${call.method} ${call.path}` });
}
