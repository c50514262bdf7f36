/** Requests to the API, made from its own description: values that fit and values that do not. */
import fc from 'fast-check';
import { z } from 'zod';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import type { Route } from '../http/api/route.ts';
import { routes } from '../http/api/routes.ts';
import type { Profile } from '../profile/profile.ts';

export const callers = ['viewer', 'admin', 'operator', 'narrow', 'without', 'stranger', 'nobody'] as const;
/**
 * `narrow`: an operator's token with the scope of the route alone. `without`: one with all others. `stranger`: an admin of the other
 * district. `nobody`: without a token.
 */
export type Caller = (typeof callers)[number];

export interface Sent {
  route: Route;
  caller: Caller;
  slug: string;
  params: Record<string, string>;
  query: Record<string, unknown>;
  /** Text of it; undefined for none. */
  body: string | undefined;
  headers: Record<string, string>;
}

/** @param profile one that is in force */
export function anyRequest(profile: Profile): fc.Arbitrary<Sent> {
  return fc.constantFrom(...routes).chain((route) =>
    fc.record({
      route: fc.constant(route),
      caller: fc.constantFrom(...callers),
      slug: mostly(6, fc.constant('contoso'), fc.constantFrom('fabrikam', 'nowhere', '%', '..')),
      params: fc.record(Object.fromEntries(paramsOf(route).map((name) => [name, mostly(1, usual(name), words)]))),
      query: mostly(4, fitting(route.query), strangeQuery) as fc.Arbitrary<Record<string, unknown>>,
      body: bodiesFor(route, profile),
      headers: fc.record(headers, { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>,
    }),
  );
}

function paramsOf({ path }: Route): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).filter((name) => name !== 'slug');
}

/** What is there by that name of a path's part. */
function usual(name: string): fc.Arbitrary<string> {
  if (name === 'person') return fc.nat(9).map((index) => `students:1${index}`);
  return fc.constant(name === 'number' ? '1' : 'test');
}

const headers = {
  'if-match': fc.constantFrom('*', '*', '"0"', 'x', ''),
  'if-none-match': fc.constantFrom('*', '"0"', 'W/"0"'),
  'idempotency-key': fc.constantFrom('one', 'two', 'x y', 'z'.repeat(300)),
  'hallpass-note': fc.constantFrom('Ticket 4711', 'caf%C3%A9', '%', '%0A', 'x'.repeat(501)),
  accept: fc.constantFrom('text/csv', 'application/json', '*/*', ';'),
  'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', 'x'),
};

/** Made once, as making them takes time. */
const json = fc.jsonValue({ maxDepth: 3 });
const anyText = fc.string();

function bodiesFor(route: Route, profile: Profile): fc.Arbitrary<string | undefined> {
  const { body, method, path } = route;
  if (method === 'GET' || body === undefined) return fc.constant(undefined);
  const changed = fc
    .tuple(fc.constantFrom(...Object.keys(profile), 'color'), json)
    .map(([name, value]) => ({ ...profile, [name]: value }));
  const isProfile = /profiles\/\{name\}(\/check)?$/.test(path);
  const right = isProfile ? fc.oneof(fc.constant(profile), changed) : fitting(body);
  const text = mostly(5, right, json).map((value) => JSON.stringify(value));
  return mostly<string | undefined>(8, text, fc.oneof(anyText, fc.constant(undefined)));
}

function mostly<T>(weight: number, usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other });
}

const names = fc.constantFrom('limit', 'offset', 'cursor', 'format', 'profile', 'color', '__proto__');
const words = fc.oneof(
  fc.constantFrom('test', 'test', '1', '10', 'students:10', 'teachers:90', 'all', 'none', '4000'),
  fc.constantFrom(' ', "'", '"', '%', '/', '../..', '\u0000', '💡', 'WzFd', 'W10', 'x'.repeat(600), '__proto__', '-1'),
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 20 }),
);

const strangeQuery = fc.dictionary(names, words, { maxKeys: 3 });

interface JsonSchema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  format?: string;
}

/** Values that a schema takes, as far as its form goes. */
function fitting(schema: z.ZodType): fc.Arbitrary<unknown> {
  return valuesOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
}

function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valuesOf));
  switch (schema.type) {
    case 'object': {
      const properties = Object.entries(schema.properties ?? {});
      const values = Object.fromEntries(properties.map(([name, part]) => [name, valuesOf(part)]));
      return fc.record(values, { requiredKeys: schema.required ?? [] });
    }
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), { maxLength: 3 });
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: Math.max(schema.minimum ?? -5, -5), max: Math.min(schema.maximum ?? 50, 50) }),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? 2 ** 40),
      );
    case 'boolean':
      return fc.boolean();
    case 'string':
      return schema.format === 'date-time' ? moments : words;
    default:
      return words;
  }
}

const moments = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01T00:00:00Z') })
  .map((date) => date.toISOString());
