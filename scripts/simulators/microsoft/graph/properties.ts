/** Property tables: one description per type provides the checks of a body, `$select`, `$filter` rules and views. */
import type { Entity } from '../directory/entities.ts';
import { badRequest, GraphError, invalidValue, notImplemented } from '../errors.ts';
import { type Bag, isBag, type Json } from '../json.ts';
import type { FilterRule } from '../odata/filter.ts';

export interface Property {
  kind: 'text' | 'flag' | 'date' | 'texts' | 'choice' | 'object' | 'objects';
  /** Longest text, in UTF-16 units. */
  max?: number;
  choices?: readonly string[];
  shape?: Shape;
  /** Clients may not set it. */
  readOnly?: boolean;
  /** A client may set it when it creates the object. */
  givenAtCreation?: boolean;
  /** Required on create, and can never be cleared. */
  required?: boolean;
  filter?: boolean;
  /** Accepted but never shown (passwords). */
  secret?: boolean;
}

export type Shape = Readonly<Record<string, Property>>;

export interface Resource {
  /** Its name in messages: `User`. */
  name: string;
  /** CSDL: `microsoft.graph.user`. */
  type: string;
  /** Entity set in `@odata.context`: `users`. */
  set: string;
  shape: Shape;
  /** Shown without `$select`; all of `shape` when absent. */
  byDefault?: readonly string[];
  /** Directory extension attributes (`extension_<app>_<name>`) may be set, selected and filtered. */
  extensible: boolean;
  /** Properties that Graph v1.0 has and the simulator lacks: 501 instead of "no such property". */
  unmodeled?: readonly string[];
  /** Unset complex values and enums are null if `$select` names them; elsewhere they are omitted. */
  showsUnset?: true;
}

const extension = /^extension_[0-9a-f]{32}_\w{1,200}$/;
const datePattern = /^\d{4,}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$/;
const extensionText: Property = { kind: 'text', max: 256, filter: true };

/** The property under this name, or undefined when the type has none. */
export function propertyOf(resource: Resource, name: string): Property | undefined {
  if (Object.hasOwn(resource.shape, name)) return resource.shape[name];
  return resource.extensible && extension.test(name) ? extensionText : undefined;
}

/** @throws 501 for a property that only the real Graph has */
function refuseUnmodeled(resource: Resource, name: string): void {
  if (resource.unmodeled?.includes(name)) throw notImplemented(`the property '${name}' of ${resource.type}`);
}

export function filterRule(resource: Resource): (path: string) => FilterRule {
  return (path) => {
    const [name = ''] = path.split('/');
    refuseUnmodeled(resource, name);
    const property = propertyOf(resource, name);
    if (property === undefined) return 'unknown';
    return property.filter === true && name === path ? 'basic' : 'unsupported';
  };
}

/**
 * Checks a body's properties one by one and returns them. Drops `@odata.*` annotations; relations
 * (`members@odata.bind`) must have been removed before.
 * @throws 400 naming the property.
 */
export function checkProperties(body: unknown, resource: Resource, when: 'create' | 'update'): Bag {
  if (!isBag(body)) throw new GraphError(400, 'BadRequest', 'Unable to read JSON request payload.');
  const checked: Bag = {};
  for (const name of Object.keys(body)) {
    if (name.startsWith('@odata.')) continue;
    refuseUnmodeled(resource, name);
    const property = propertyOf(resource, name);
    if (property === undefined) throw badRequest(`Invalid property '${name}'.`);
    if (property.readOnly === true && !(property.givenAtCreation === true && when === 'create')) {
      throw badRequest(`Property '${name}' is read-only and cannot be set.`);
    }
    const value = body[name] ?? null;
    if (value === null && property.required === true) throw required(name, resource);
    if (value !== null) checkValue(name, value, property, resource);
    checked[name] = value;
  }
  if (when === 'create') {
    for (const name of Object.keys(resource.shape)) {
      if (resource.shape[name]?.required === true && checked[name] === undefined) throw required(name, resource);
    }
  }
  return checked;
}

/** Complex values are merged property by property, as OData defines PATCH; everything else is replaced. */
export function mergeComplex(patch: Bag, current: Bag): Bag {
  const merged: Bag = {};
  for (const name of Object.keys(patch)) {
    const [value, before] = [patch[name] ?? null, current[name]];
    merged[name] = isBag(value) && isBag(before) ? { ...before, ...value } : value;
  }
  return merged;
}

/** @throws 400 when a selected property does not exist. */
export function checkSelect(select: readonly string[] | undefined, resource: Resource): void {
  for (const name of select ?? []) {
    refuseUnmodeled(resource, name);
    if (name !== 'id' && propertyOf(resource, name) === undefined) {
      throw new GraphError(
        400,
        'BadRequest',
        `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type '${resource.type}'.`,
      );
    }
  }
}

/**
 * An object as a client sees it: unset texts are null, unset lists empty; unset complex values as the resource defines.
 */
export function view(entity: Entity, resource: Resource, select?: readonly string[]): Bag {
  const seen: Bag = { id: entity.id };
  for (const name of select ?? shownByDefault(resource)) {
    if (name === 'id') continue;
    const property = propertyOf(resource, name);
    if (property === undefined || property.secret === true) continue;
    const value = entity.props[name];
    if (value !== undefined) seen[name] = value;
    else if (property.kind === 'texts' || property.kind === 'objects') seen[name] = [];
    else if (property.kind !== 'object' && property.kind !== 'choice') seen[name] = null;
    else if (select !== undefined && resource.showsUnset === true) seen[name] = null;
  }
  return seen;
}

const defaults = new WeakMap<Resource, readonly string[]>();

function shownByDefault(resource: Resource): readonly string[] {
  if (resource.byDefault !== undefined) return resource.byDefault;
  const known = defaults.get(resource);
  if (known !== undefined) return known;
  const names = Object.keys(resource.shape);
  defaults.set(resource, names);
  return names;
}

function required(name: string, resource: Resource): GraphError {
  const message = `A value is required for property '${name}' of resource '${resource.name}'.`;
  return badRequest(message, [{ code: 'MissingValue', target: name, message }]);
}

function checkValue(name: string, value: Json, property: Property, resource: Resource): void {
  if (!fits(value, property)) throw invalidValue(name, resource.name);
  if (property.shape === undefined) return;
  for (const item of Array.isArray(value) ? value : [value]) {
    if (!isBag(item)) throw invalidValue(name, resource.name);
    for (const inner of Object.keys(item)) {
      if (inner.startsWith('@odata.')) continue;
      const rule = property.shape[inner];
      if (rule === undefined) throw badRequest(`Invalid property '${name}/${inner}'.`);
      const innerValue = item[inner] ?? null;
      if (innerValue !== null && !fits(innerValue, rule)) throw invalidValue(`${name}/${inner}`, resource.name);
    }
  }
}

function fits(value: Json, property: Property): boolean {
  switch (property.kind) {
    case 'text':
      return typeof value === 'string' && value.length > 0 && value.length <= (property.max ?? 1024);
    case 'flag':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && datePattern.test(value);
    case 'choice':
      return typeof value === 'string' && (property.choices ?? []).includes(value);
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'object':
      return isBag(value);
    case 'objects':
      return Array.isArray(value) && value.every(isBag);
  }
}
