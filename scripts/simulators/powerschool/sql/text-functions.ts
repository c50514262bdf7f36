/** Oracle's functions on text, including regular expressions. They treat NULL and empty text alike. */
import type { SQLInputValue } from 'node:sqlite';
import { posixPattern } from './posix-pattern.ts';

type Value = SQLInputValue | undefined;

function textOf(value: Value): string | undefined {
  return value === null || value === undefined || value === '' ? undefined : String(value);
}

/** @throws TypeError ORA-12726 and its like */
function expression(pattern: string, flags: string, extra: string): RegExp {
  const source = posixPattern(pattern);
  const modes = `${/i/.test(flags) ? 'i' : ''}${/n/.test(flags) ? 's' : ''}${/m/.test(flags) ? 'm' : ''}u${extra}`;
  try {
    return new RegExp(source, modes);
  } catch (error) {
    throw new TypeError(`ORA-12726: unmatched or unknown part of a regular expression: ${pattern}`, { cause: error });
  }
}

export function regexpLike(value: Value, pattern: Value, flags?: Value): number | null {
  const [text, source] = [textOf(value), textOf(pattern)];
  if (text === undefined || source === undefined) return null;
  return expression(source, textOf(flags) ?? '', '').test(text) ? 1 : 0;
}

/** REGEXP_REPLACE(text, pattern, replacement, position, occurrence, flags); occurrence 0 means all. */
export function regexpReplace(args: readonly Value[]): string | null {
  const [value, pattern, replacement, position = 1, occurrence = 0, flags] = args;
  const [text, source] = [textOf(value), textOf(pattern)];
  if (text === undefined || source === undefined) return text ?? null;
  const put = (textOf(replacement) ?? '').replaceAll('$', '$$$$').replace(/\\(\d)/g, '$$$1');
  const found = expression(source, textOf(flags) ?? '', 'g');
  const start = Number(position) - 1;
  let count = 0;
  const single = expression(source, textOf(flags) ?? '', '');
  const tail = text.slice(start).replace(found, (match) => {
    count += 1;
    return Number(occurrence) === 0 || count === Number(occurrence) ? match.replace(single, put) : match;
  });
  return textOf(text.slice(0, start) + tail) ?? null;
}

/** REGEXP_SUBSTR(text, pattern, position, occurrence, flags, group) */
export function regexpSubstr(args: readonly Value[]): string | null {
  const [value, pattern, position = 1, occurrence = 1, flags, group = 0] = args;
  const [text, source] = [textOf(value), textOf(pattern)];
  if (text === undefined || source === undefined) return null;
  const found = [...text.slice(Number(position) - 1).matchAll(expression(source, textOf(flags) ?? '', 'g'))];
  return textOf(found[Number(occurrence) - 1]?.[Number(group)]) ?? null;
}

export function regexpCount(args: readonly Value[]): number | null {
  const [value, pattern, position = 1, flags] = args;
  const [text, source] = [textOf(value), textOf(pattern)];
  if (text === undefined || source === undefined) return null;
  return [...text.slice(Number(position) - 1).matchAll(expression(source, textOf(flags) ?? '', 'g'))].length;
}

/** INSTR(text, part, position, occurrence): 0 if not found; a negative position searches backward. */
export function instr(args: readonly Value[]): number | null {
  const [text, part] = [textOf(args[0]), textOf(args[1])];
  if (text === undefined || part === undefined) return null;
  const position = Number(args[2] ?? 1);
  let at = position < 0 ? text.length + position + 1 : position - 1;
  for (let count = Number(args[3] ?? 1); count > 0; count -= 1) {
    at = position < 0 ? text.lastIndexOf(part, at - 1) + 1 : text.indexOf(part, at) + 1;
    if (at === 0) return 0;
  }
  return at;
}

export function initcap(value: Value): string | null {
  const text = textOf(value);
  return text?.toLowerCase().replace(/[\p{L}\p{N}]+/gu, (part) => part.charAt(0).toUpperCase() + part.slice(1)) ?? null;
}

/** TRANSLATE(text, from, to): letter by letter; letters without a counterpart are removed. */
export function translateLetters(value: Value, from: Value, to: Value): string | null {
  const [text, source, target] = [textOf(value), textOf(from), textOf(to)];
  if (text === undefined || source === undefined || target === undefined) return null;
  const partners = new Map(
    [...source].map((letter, index) => [letter, [...target][index] ?? '']).toReversed() as [string, string][],
  );
  return textOf([...text].map((letter) => partners.get(letter) ?? letter).join('')) ?? null;
}

/** SUBSTR(text, position, length): 0 means the first position, a negative one counts from the end. */
export function partOfText(args: readonly Value[]): string | null {
  const text = textOf(args[0]);
  if (text === undefined || args.slice(1).some((one) => one === null)) return null;
  const position = Math.trunc(Number(args[1]));
  const start = position < 0 ? text.length + position : Math.max(position - 1, 0);
  if (start < 0) return null;
  return (
    textOf(text.slice(start, args[2] === undefined ? undefined : start + Math.max(0, Math.trunc(Number(args[2]))))) ??
    null
  );
}

/**
 * REPLACE(text, part, other): without a replacement, or with NULL, the part is removed; without a part nothing changes.
 */
export function replaceText(args: readonly Value[]): string | null {
  const [text, part, other] = args.map(textOf);
  if (text === undefined || part === undefined) return text ?? null;
  return textOf(text.replaceAll(part, () => other ?? '')) ?? null;
}
