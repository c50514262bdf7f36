/**
 * docs/profile.md must have every name that a profile may have, every value to choose from, every default, and every
 * property.
 */
import { readFile } from 'node:fs/promises';
import t from 'tap';
import type { z } from 'zod';
import { propertiesOf } from '../../shared/properties.ts';
import { kinds, optionalFields } from '../../shared/roster.ts';
import { usernameValues } from './accounts.ts';
import { classNameValues } from './classes.ts';
import { profileShape } from './profile.ts';

const page = await readFile(new URL('../../docs/profile.md', import.meta.url), 'utf8');
const lines = page.split('\n');

interface Setting {
  path: string[];
  /** Values to choose from. */
  values: string[];
  fallback: unknown;
}

t.test('the page names every part of the document, however deep, with its values and its default', async (t) => {
  const all = [...settingsIn(profileShape, [])];
  t.ok(all.length > 80, `${all.length}`);
  for (const { path, values, fallback } of all) {
    const name = path.at(-1) ?? '';
    t.ok(isCode(page, name), path.join('.'));
    for (const value of values) t.ok(isCode(page, value), `${path.join('.')}: ${value}`);
    if (!['string', 'number', 'boolean'].includes(typeof fallback)) continue;
    // In its own table row, or in the sentence about it.
    const documented = lines.some(
      (line, at) => isCode(line, name) && has(`${line}\n${lines[at + 1] ?? ''}`, String(fallback)),
    );
    t.ok(documented, `${path.join('.')} = ${fallback}`);
  }
});

t.test('the page has every property and every value that names can be made from', async (t) => {
  for (const [kind, names] of Object.entries(optionalFields)) {
    if (names.length > 0) t.ok(isCode(page, kind), kind);
    for (const name of names) t.ok(isCode(page, name), `${kind}.${name}`);
  }
  for (const name of [...Object.values(usernameValues).flat(), ...classNameValues]) t.ok(isCode(page, name), name);
});

t.test("the table of properties has each kind's properties, and where each is written", async (t) => {
  const section = page.slice(page.indexOf('\n## Properties'), page.indexOf('\n## Classes'));
  let kind = '';
  const shown = new Map<string, string>();
  for (const line of section.split('\n').filter((text) => text.startsWith('|'))) {
    const [, first = '', names = '', target = ''] = line.split('|').map((cell) => cell.trim());
    kind = /`(\w+)`/.exec(first)?.[1] ?? kind;
    for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) shown.set(`${kind}.${name}`, target);
  }
  const known = kinds.flatMap((of) =>
    propertiesOf(of).map((property) => ({ key: `${of}.${property.name}`, property })),
  );
  t.same([...shown.keys()].sort(), known.map(({ key }) => key).sort());
  for (const { key, property } of known) {
    const target = shown.get(key) ?? '';
    const { graph, name } = property;
    t.equal(/^nothing/.test(target), graph === undefined, `${key}: ${target}`);
    t.equal(/accounts that Hallpass creates/.test(target), graph?.made !== undefined, `${key}: ${target}`);
    const last = graph?.to.split('.').at(-1) ?? name;
    if (last !== name) t.ok(isCode(target, last), `${key} is written to ${last}: ${target}`);
  }
});

/** In code, as a word of its own: `name`, "name", a.name. */
function isCode(text: string, name: string): boolean {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`[\`".{]${word}[\`":.},]`).test(text);
}

function has(text: string, value: string): boolean {
  return new RegExp(`(?<![\\w.])${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w])`).test(text);
}

/** Every name in a schema, however it is wrapped. */
function* settingsIn(schema: z.core.$ZodType, path: string[], fallback?: unknown): Iterable<Setting> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'default':
    case 'prefault':
      return yield* settingsIn(def.innerType, path, def.defaultValue);
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return yield* settingsIn(def.innerType, path, fallback);
    case 'pipe':
      return yield* settingsIn(def.in, path, fallback);
    case 'union':
      for (const option of def.options) yield* settingsIn(option, path, fallback);
      return;
    case 'array':
      return yield* settingsIn(def.element, path);
    case 'record':
      return yield* settingsIn(def.valueType, path);
    case 'object':
      if (path.length > 0) yield { path, values: [], fallback: undefined };
      for (const [name, part] of Object.entries(def.shape)) yield* settingsIn(part, [...path, name]);
      return;
    case 'enum':
      return yield { path, values: Object.values(def.entries).map(String), fallback };
    case 'literal':
      return yield { path, values: def.values.filter((value) => typeof value === 'string'), fallback };
    default:
      yield { path, values: [], fallback };
  }
}
