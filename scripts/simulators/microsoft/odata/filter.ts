/** `$filter` on the directory: what it allows, which index answers it, and whether one object passes. */
import type { Entity } from '../directory/entities.ts';
import type { Table } from '../directory/table.ts';
import { GraphError, unsupportedQuery } from '../errors.ts';
import { isBag, type Json } from '../json.ts';
import { type Filter, type Literal, parseFilter } from './filter-syntax.ts';

/** How one property may be filtered: `basic` without extra headers, `unsupported` never. */
export type FilterRule = 'basic' | 'unsupported' | 'unknown';

export interface FilterContext {
  /** Resource name for messages: `User`. */
  resource: string;
  /** CSDL type for messages: `microsoft.graph.user`. */
  type: string;
  rule(path: string): FilterRule;
  /** `ConsistencyLevel: eventual` together with `$count=true`: more operators, more clauses. */
  advanced: boolean;
}

const maxClauses = 15;
const maxHeight = 3;

/** Parses and checks. @throws 400 in the words that clients look for. */
export function readFilter(text: string, context: FilterContext): Filter {
  const filter = parseFilter(text);
  checkAllowed(filter, context);
  if (!context.advanced) {
    checkClauses(filter);
    const height = heightOf(filter);
    if (height > maxHeight) {
      throw unsupportedQuery(
        `The specified search filter expression has excessive height: ${height}. Max allowed: ${maxHeight}.`,
      );
    }
  }
  return filter;
}

/** The objects that can pass, from an index; undefined when all must be examined. */
export function candidates<T extends Entity>(filter: Filter, table: Table<T>): readonly T[] | undefined {
  switch (filter.kind) {
    case 'compare':
      return filter.operator === 'eq' ? lookUp(table, filter.path, [filter.value]) : undefined;
    case 'in':
      return lookUp(table, filter.path, filter.values);
    case 'and': {
      for (const term of filter.terms) {
        const found = candidates(term, table);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    case 'or': {
      const all = new Set<T>();
      for (const term of filter.terms) {
        const found = candidates(term, table);
        if (found === undefined) return undefined;
        for (const entity of found) all.add(entity);
      }
      return [...all];
    }
    default:
      return undefined;
  }
}

/** Text comparison ignores case; a missing property equals null. */
export function passes(filter: Filter, entity: Entity): boolean {
  return test(filter, (path) => valueAt(entity, path));
}

function test(filter: Filter, read: (path: string) => Json): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.terms.every((term) => test(term, read));
    case 'or':
      return filter.terms.some((term) => test(term, read));
    case 'not':
      return !test(filter.term, read);
    case 'in':
      return filter.values.some((value) => same(read(filter.path), value));
    case 'compare': {
      const value = read(filter.path);
      if (filter.operator === 'eq') return same(value, filter.value);
      if (filter.operator === 'ne') return !same(value, filter.value);
      return ordered(filter.operator, value, filter.value);
    }
    case 'call': {
      const text = read(filter.path);
      if (typeof text !== 'string') return false;
      const [hay, needle] = [text.toLowerCase(), filter.value.toLowerCase()];
      if (filter.name === 'startswith') return hay.startsWith(needle);
      return filter.name === 'endswith' ? hay.endsWith(needle) : hay.includes(needle);
    }
    case 'any': {
      const items = read(filter.path);
      if (!Array.isArray(items)) return false;
      return items.some((item) =>
        test(filter.term, (path) => {
          if (path === filter.variable) return item;
          return isBag(item) ? (item[path.slice(filter.variable.length + 1)] ?? null) : null;
        }),
      );
    }
  }
}

function same(value: Json, literal: Literal): boolean {
  if (typeof value === 'string' && typeof literal === 'string') return value.toLowerCase() === literal.toLowerCase();
  return (value ?? null) === literal;
}

function ordered(operator: 'gt' | 'ge' | 'lt' | 'le', value: Json, literal: Literal): boolean {
  if (typeof value !== typeof literal || (typeof value !== 'string' && typeof value !== 'number')) return false;
  const [left, right] = [value, literal as typeof value];
  if (operator === 'gt') return left > right;
  if (operator === 'ge') return left >= right;
  return operator === 'lt' ? left < right : left <= right;
}

function valueAt(entity: Entity, path: string): Json {
  if (path === 'id') return entity.id;
  let value: Json = entity.props;
  for (const name of path.split('/')) value = isBag(value) ? (value[name] ?? null) : null;
  return value;
}

function lookUp<T extends Entity>(table: Table<T>, path: string, values: readonly Literal[]): readonly T[] | undefined {
  if (values.some((value) => typeof value !== 'string')) return undefined;
  const texts = values.map(String);
  if (path === 'id') return texts.flatMap((id) => table.get(id.toLowerCase()) ?? []);
  if (!table.isIndexed(path)) return undefined;
  return [...new Set(texts.flatMap((text) => table.find(path, text)))];
}

function checkAllowed(filter: Filter, context: FilterContext): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const term of filter.terms) checkAllowed(term, context);
      return;
    case 'not':
      if (!context.advanced)
        throw unsupportedQuery("Unsupported Query: operator 'not' needs ConsistencyLevel: eventual.");
      checkAllowed(filter.term, context);
      return;
    case 'any':
      checkPath(filter.path, context);
      return;
    case 'in':
      checkPath(filter.path, context);
      return;
    case 'call':
      checkPath(filter.path, context);
      if (filter.name === 'contains' || (filter.name === 'endswith' && !context.advanced)) {
        throw unsupportedClause(filter.path, context);
      }
      return;
    case 'compare':
      checkPath(filter.path, context);
      if (filter.operator !== 'eq' && !context.advanced) throw unsupportedClause(filter.path, context);
  }
}

function checkPath(path: string, context: FilterContext): void {
  const rule = path === 'id' ? 'basic' : context.rule(path);
  if (rule === 'unknown') {
    throw new GraphError(
      400,
      'BadRequest',
      `Invalid filter clause: Could not find a property named '${path}' on type '${context.type}'.`,
    );
  }
  if (rule === 'unsupported') throw unsupportedClause(path, context);
}

function unsupportedClause(path: string, context: FilterContext): GraphError {
  return unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${path}' of resource '${context.resource}'.`,
  );
}

function checkClauses(filter: Filter): void {
  if (filter.kind === 'in' || filter.kind === 'or') {
    const clauses = clausesOf(filter);
    if (clauses > maxClauses) {
      throw unsupportedQuery(
        `Too many child clauses specified in search filter expression containing 'OR' operators: ${clauses}. Max allowed: ${maxClauses}.`,
      );
    }
  }
  if (filter.kind === 'and' || filter.kind === 'or') for (const term of filter.terms) checkClauses(term);
}

/** An `in` list counts as one OR clause per value. */
function clausesOf(filter: Filter): number {
  if (filter.kind === 'in') return filter.values.length;
  if (filter.kind === 'or') return filter.terms.reduce((sum, term) => sum + clausesOf(term), 0);
  return 1;
}

function heightOf(filter: Filter): number {
  if (filter.kind === 'and' || filter.kind === 'or') return 1 + Math.max(...filter.terms.map(heightOf));
  if (filter.kind === 'not') return 1 + heightOf(filter.term);
  return filter.kind === 'in' && filter.values.length > 1 ? 2 : 1;
}
