/** What is wrong with a value that a schema refused, in words for the person who wrote it. */
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import { namesAt } from './schema-names.ts';

export interface SchemaMistake {
  /** Dotted path, empty for the whole value. */
  path: string;
  /** Without the path and without a period. */
  reason: string;
}

const things: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
  null: 'null',
  undefined: 'left out',
  never: 'left out',
};

const formats: Record<string, string> = {
  guid: 'a GUID such as 6fd2c87f-b296-42f0-b197-1e91e994b900',
  uuid: 'a GUID such as 6fd2c87f-b296-42f0-b197-1e91e994b900',
  date: 'a day such as 2026-08-20',
  datetime: 'a time in UTC such as 2026-08-20T00:00:00Z',
  url: 'an address such as https://relay.example.org',
  email: 'an email address',
  ipv4: 'an IP address such as 192.0.2.7',
  ipv6: 'an IP address such as 2001:db8::7',
  cidrv4: 'a network such as 192.0.2.0/24',
  cidrv6: 'a network such as 2001:db8::/32',
};

/** The first mistake. */
export function schemaReason(error: z.ZodError): SchemaMistake {
  const [issue] = error.issues;
  if (issue === undefined) return { path: '', reason: 'it is not valid' };
  return { path: issue.path.join('.'), reason: reasonOf(issue, { known: false }) };
}

/**
 * All mistakes, in the order of the document.
 *
 * @param schema the one that refused the value: lists the known names when a name is unknown
 * @param input the refused value
 */
export function schemaMistakes(error: z.ZodError, schema: z.core.$ZodType, input: unknown): SchemaMistake[] {
  return error.issues.flatMap((issue) => mistakesOf(issue, schema, input));
}

function mistakesOf(given: z.core.$ZodIssue, schema: z.core.$ZodType, input: unknown): SchemaMistake[] {
  return closest(given).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const names = namesAt(schema, issue.path);
      return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), reason: unknownName(key, names) }));
    }
    const value = { known: true, value: valueAt(input, issue.path) };
    return [{ path: issue.path.join('.'), reason: reasonOf(issue, value) }];
  });
}

function unknownName(key: string, names: readonly string[]): string {
  const near = nearest(key, names);
  if (near !== undefined) return `there is no such name; did you mean "${near}"?`;
  return names.length === 0 ? 'there is no such name' : `there is no such name; there are ${names.join(', ')}`;
}

/** For a value that fits none of several forms, the mistakes in the closest form. */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return [issue];
  // A form of another type than the value says nothing about it.
  const isOther = ({ code, path }: z.core.$ZodIssue) =>
    path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
  const forms = issue.errors.filter((form) => !form.some(isOther));
  const [best] = forms.sort((a, b) => a.length - b.length);
  if (best === undefined) return [issue];
  return best.flatMap((one) => closest({ ...one, path: [...issue.path, ...one.path] }));
}

/** The given value, if it is known. */
type Given = { known: false } | { known: true; value: unknown };

function reasonOf(issue: z.core.$ZodIssue, given: Given): string {
  switch (issue.code) {
    case 'too_small':
      return isLength(issue.origin)
        ? Number(issue.minimum) <= 1
          ? 'it is empty'
          : `it must be at least ${issue.minimum} long`
        : `it must be ${issue.minimum} or more`;
    case 'too_big':
      return isLength(issue.origin)
        ? `it must be at most ${issue.maximum} long`
        : `it must be ${issue.maximum} or less`;
    case 'invalid_type':
    case 'invalid_value':
    case 'invalid_union':
      return isOwn(issue.message) ? `${said(given)}it must be ${expected(issue)}${guess(issue, given)}` : issue.message;
    case 'invalid_format':
      return isOwn(issue.message) ? `it must be ${formats[issue.format] ?? 'in another form'}` : issue.message;
    case 'unrecognized_keys':
      return `there is nothing called ${issue.keys.join(', ')}`;
    default:
      return issue.message;
  }
}

/** Whether the message comes from the library rather than the schema. */
function isOwn(message: string): boolean {
  return /^(Invalid|Too|Unrecognized)\b/.test(message);
}

function said(given: Given): string {
  return given.known && given.value === undefined ? 'it is missing; ' : '';
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return things[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => String(value));
    return values.length === 1 ? values.join('') : `one of ${values.join(', ')}`;
  }
  if (issue.code !== 'invalid_union') return 'something else';
  const forms = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expected(first)]));
  return [...new Set(forms)].join(', or ');
}

function guess(issue: z.core.$ZodIssue, given: Given): string {
  if (issue.code !== 'invalid_value' || !given.known || typeof given.value !== 'string') return '';
  const near = nearest(given.value, issue.values.map(String));
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function isLength(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}
