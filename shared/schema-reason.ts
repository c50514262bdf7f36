/** What is wrong with a value that a schema refused, in words for the person who wrote it. */
import type { z } from 'zod';

const things: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
};

/**
 * The first thing that is wrong.
 *
 * @returns `path` in dotted form, empty for the whole; `reason` without the path and without a full stop
 */
export function schemaReason(error: z.ZodError): { path: string; reason: string } {
  const [issue] = error.issues;
  if (issue === undefined) return { path: '', reason: 'it is not valid' };
  return { path: issue.path.join('.'), reason: reasonOf(issue) };
}

function reasonOf(issue: z.core.$ZodIssue): string {
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
      return `it must be ${things[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `it must be one of ${issue.values.join(', ')}`;
    case 'unrecognized_keys':
      return `nothing is known by the name of ${issue.keys.join(', ')}`;
    default:
      return issue.message;
  }
}

function isLength(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}
