/**
 * Patterns of names: `{surname}` stands for a value, `{givenName:1}` for its first character, and a part in brackets is
 * left out when a value in it is missing: `{courseName} - {sectionNumber}[ ({period})]`.
 */
import { z } from 'zod';

type Placeholder = { value: string; length: number | undefined };
type Part = string | Placeholder | { optional: (string | Placeholder)[] };

export interface Pattern {
  parts: readonly Part[];
  /** Every named value, in brackets or not. */
  values: ReadonlySet<string>;
}

/** @throws SyntaxError that says what is wrong with the pattern */
export function parsePattern(text: string): Pattern {
  const parts: Part[] = [];
  const values = new Set<string>();
  let inside: (string | Placeholder)[] | undefined;
  for (const [token] of text.matchAll(/\{[^{}]*\}|[^{}[\]]+|./gu)) {
    if (token === '[' && inside === undefined) {
      inside = [];
    } else if (token === ']' && inside !== undefined) {
      parts.push({ optional: inside });
      inside = undefined;
    } else if (token.length > 1 && token.startsWith('{')) {
      const [, value = '', length] = /^\{(\w+)(?::([1-9]\d?))?\}$/.exec(token) ?? [];
      if (value === '') throw new SyntaxError(`${token} is not of the form {name} or {name:3}`);
      values.add(value);
      (inside ?? parts).push({ value, length: length === undefined ? undefined : Number(length) });
    } else if (/^[{}[\]]$/.test(token)) {
      throw new SyntaxError(`the ${token} has no counterpart`);
    } else {
      (inside ?? parts).push(token);
    }
  }
  if (inside !== undefined) throw new SyntaxError('the [ has no counterpart');
  return { parts, values };
}

/** Fills in the values; a missing one outside brackets becomes an empty text. */
export function fillPattern({ parts }: Pattern, valueFor: (value: string) => string | undefined): string {
  const fill = (part: string | Placeholder): string | undefined => {
    if (typeof part === 'string') return part;
    const value = valueFor(part.value);
    return part.length === undefined ? value : value && [...value].slice(0, part.length).join('');
  };
  return parts
    .map((part) => {
      if (typeof part === 'string' || !('optional' in part)) return fill(part) ?? '';
      const filled = part.optional.map(fill);
      return filled.some((text) => text === undefined || text === '') ? '' : filled.join('');
    })
    .join('');
}

/** Values outside brackets: without them there is no name. */
export function requiredValues({ parts }: Pattern): string[] {
  return parts.flatMap((part) => (typeof part === 'object' && 'value' in part ? [part.value] : []));
}

/**
 * A pattern in a profile.
 *
 * @param known the values that it may name
 * @param literal the text allowed between them
 */
export function patternSchema(known: readonly string[], literal: RegExp = /^[^\p{Cc}]*$/u) {
  return z
    .string()
    .min(1)
    .max(200)
    .superRefine((text, context) => {
      const complain = (message: string) => context.addIssue({ code: 'custom', message });
      try {
        const { parts, values } = parsePattern(text);
        if (values.size === 0) complain('it names no value: every name would be the same');
        for (const value of values) {
          if (!known.includes(value)) complain(`there is no {${value}}; there are ${known.join(', ')}`);
        }
        const flat = parts.flatMap((part) => (typeof part === 'object' && 'optional' in part ? part.optional : [part]));
        const wrong = flat.find((part) => typeof part === 'string' && !literal.test(part));
        if (wrong !== undefined) complain(`"${String(wrong)}" cannot be part of the name`);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        complain(error.message);
      }
    });
}
