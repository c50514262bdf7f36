/** Collections: `$filter`, `$orderby`, `$select`, `$count` and paging with an opaque `$skiptoken`. */
import type { Directory } from '../directory/directory.ts';
import type { Entity } from '../directory/entities.ts';
import type { Table } from '../directory/table.ts';
import { badRequest, GraphError, notImplemented, unsupportedQuery } from '../errors.ts';
import type { Bag } from '../json.ts';
import { candidates, passes, readFilter } from '../odata/filter.ts';
import type { Filter } from '../odata/filter-syntax.ts';
import { type Answer, type Call, ok } from './call.ts';
import { checkSelect, filterRule, propertyOf, type Resource, view } from './properties.ts';

const defaultPage = 100;
const maxUrl = 2048;
const known = ['$filter', '$select', '$top', '$count', '$orderby', '$skiptoken', '$format'];

interface Plan<T extends Entity> {
  select: readonly string[] | undefined;
  top: number;
  filter: Filter | undefined;
  /** All rows that pass, in order, starting at a position. */
  rows: Iterable<T>;
  /** How many rows of the collection to skip when `rows` starts at its beginning. */
  skip: number;
  /** Where the next page begins after this row. */
  next(row: T, taken: number): number;
}

/** A page of a whole table. */
export function listTable<T extends Entity>(
  call: Call,
  directory: Directory,
  table: Table<T>,
  resource: Resource,
  include: (entity: T) => boolean = () => true,
): Answer {
  const query = readQuery(call, resource);
  const cursor = readCursor(call);
  const hits = query.filter === undefined ? undefined : candidates(query.filter, table);
  const visible = (entity: T): boolean =>
    include(entity) && directory.isVisible(entity) && (query.filter === undefined || passes(query.filter, entity));
  if (query.order !== undefined || hits !== undefined) {
    const rows = [...(hits ?? table.from(0))].filter(visible);
    if (query.order === undefined) rows.sort((left, right) => left.ordinal - right.ordinal);
    else rows.sort(query.order);
    return page(
      call,
      resource,
      { ...query, rows, skip: cursor, next: (_, taken) => cursor + taken },
      () => rows.length,
    );
  }
  const rows = table.from(cursor).filter(visible);
  const count = (): number =>
    table
      .from(0)
      .filter(visible)
      .reduce((sum) => sum + 1, 0);
  return page(call, resource, { ...query, rows, skip: 0, next: (row) => row.ordinal + 1 }, count);
}

/** A page of a relation, in the order in which its objects were added. */
export function listRelation<T extends Entity>(
  call: Call,
  directory: Directory,
  related: ReadonlySet<T>,
  resource: Resource,
  annotate: boolean,
): Answer {
  const query = readQuery(call, resource);
  const cursor = readCursor(call);
  const rows = [...related].filter(
    (entity) => directory.isVisible(entity) && (query.filter === undefined || passes(query.filter, entity)),
  );
  if (query.order !== undefined) rows.sort(query.order);
  const plan = { ...query, rows, skip: cursor, next: (_: T, taken: number) => cursor + taken };
  return page(call, resource, plan, () => rows.length, annotate);
}

/** `/users/$count`: plain text, and only with the advanced query header. */
export function countOf(call: Call, size: number): Answer {
  if (!isEventual(call)) {
    throw badRequest('$count is not currently supported without the header ConsistencyLevel: eventual.');
  }
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: String(size) };
}

/** One object, after `$select` has been checked. */
export function showOne(call: Call, entity: Entity, resource: Resource): Answer {
  refuseOthers(call, ['$select', '$format']);
  const select = call.query.select();
  checkSelect(select, resource);
  const context = `${call.base}/$metadata#${resource.set}/$entity`;
  return ok({ '@odata.context': context, ...view(entity, resource, select) });
}

/** `ConsistencyLevel: eventual`. */
export function isEventual(call: Call): boolean {
  return call.header('consistencylevel')?.toLowerCase() === 'eventual';
}

/** @throws 501 for a system query option that the simulator would otherwise silently ignore */
export function refuseOthers(call: Call, names: readonly string[]): void {
  const other = call.query.hasOther(names);
  if (other !== undefined) throw notImplemented(`the query option ${other} on ${call.method} ${call.path}`);
}

function readQuery(
  call: Call,
  resource: Resource,
): {
  select: readonly string[] | undefined;
  top: number;
  filter: Filter | undefined;
  order: ((left: Entity, right: Entity) => number) | undefined;
} {
  const { query } = call;
  if (query.get('$search') !== undefined && !isEventual(call)) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  refuseOthers(call, known);
  const advanced = isEventual(call) && query.wantsCount();
  const select = query.select();
  checkSelect(select, resource);
  const text = query.get('$filter');
  if (text !== undefined && advanced && call.base.length + call.path.length + query.text.length > maxUrl) {
    throw new GraphError(414, 'UriTooLong', `The URL is longer than ${maxUrl} characters.`);
  }
  const filter =
    text === undefined
      ? undefined
      : readFilter(text, { resource: resource.name, type: resource.type, rule: filterRule(resource), advanced });
  const orderBy = query.get('$orderby');
  if (orderBy !== undefined && filter !== undefined && !advanced) {
    throw unsupportedQuery('Sorting not supported for current query.');
  }
  const order = orderBy === undefined ? undefined : readOrder(orderBy, resource);
  return { select, top: query.top() ?? defaultPage, filter, order };
}

function readOrder(text: string, resource: Resource): (left: Entity, right: Entity) => number {
  const match = /^(\w+)(?: (asc|desc))?$/i.exec(text.trim());
  const name = match?.[1] ?? '';
  const property = propertyOf(resource, name);
  if (match === null || property === undefined || property.kind !== 'text' || property.filter !== true) {
    throw unsupportedQuery(`Sorting not supported for current query ($orderby=${text}).`);
  }
  const sign = match[2]?.toLowerCase() === 'desc' ? -1 : 1;
  const key = (entity: Entity): string => String(entity.props[name] ?? '').toLowerCase();
  return (left, right) => {
    const [a, b] = [key(left), key(right)];
    return a === b ? left.ordinal - right.ordinal : sign * (a < b ? -1 : 1);
  };
}

function page<T extends Entity>(
  call: Call,
  resource: Resource,
  plan: Plan<T>,
  count: () => number,
  annotate = false,
): Answer {
  const value: Bag[] = [];
  let next: number | undefined;
  let last: T | undefined;
  let passed = 0;
  for (const row of plan.rows) {
    if (passed++ < plan.skip) continue;
    if (value.length === plan.top) {
      next = last === undefined ? undefined : plan.next(last, value.length);
      break;
    }
    last = row;
    const seen = view(row, resource, plan.select);
    value.push(annotate ? { '@odata.type': `#${resource.type}`, ...seen } : seen);
  }
  const body: Bag = { '@odata.context': contextOf(call, resource, plan.select) };
  if (call.query.wantsCount() && isEventual(call) && call.query.get('$skiptoken') === undefined) {
    body['@odata.count'] = count();
  }
  if (next !== undefined) body['@odata.nextLink'] = nextLink(call, next);
  body.value = value;
  return ok(body);
}

function contextOf(call: Call, resource: Resource, select: readonly string[] | undefined): string {
  return `${call.base}/$metadata#${resource.set}${select === undefined ? '' : `(${select.join(',')})`}`;
}

function nextLink(call: Call, next: number): string {
  const kept = call.query.text.split('&').filter((part) => part !== '' && !/^(\$|%24)skiptoken=/i.test(part));
  const token = Buffer.from(`skip:${next}`).toString('base64url');
  return `${call.base}${call.path}?${[...kept, `$skiptoken=${token}`].join('&')}`;
}

function readCursor(call: Call): number {
  const token = call.query.get('$skiptoken');
  if (token === undefined) return 0;
  const match = /^skip:(\d{1,10})$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null)
    throw new GraphError(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value has expired and can no longer be included in your request.',
    );
  return Number(match[1]);
}
