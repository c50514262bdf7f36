/**
 * Whether an answer is Microsoft's at all. Filters, proxies and broken connections leave answers with a good status and a page,
 * nothing, half of a JSON or somebody else's JSON in them: they say nothing about what was asked.
 */

import { z } from 'zod';
import { anyObject } from './bodies/object.ts';
import { hasError } from './bodies/refusal.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object; undefined for anything else, an empty text too. */
export function fieldsIn(text: string): Fields | undefined {
  try {
    return anyObject.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Whether Graph itself may have sent this. Its success has a JSON object or, where there is nothing to say, no body; its refusal
 * an object with `error`, and sometimes no body. It redirects nobody.
 */
export function isFromGraph(status: number, text: string, fields: Fields | undefined): boolean {
  if (status === 200 || status === 201) return fields !== undefined;
  if (status < 300) return text === '' || fields !== undefined;
  if (status < 400 || status === 407) return false;
  if (status < 500) return text === '' || hasError.safeParse(fields).success;
  return true;
}

/** Whether a link is one of Graph's own: what leads elsewhere was put in by somebody on the way. @param base of Graph */
export function isLinkOf(base: string, link: unknown): link is string {
  return typeof link === 'string' && link.startsWith(`${base}/`);
}

const most = 80;
/** Where services put what they want to say. */
const spokenWords = z.union([z.string(), z.looseObject({ message: z.string() }).transform(({ message }) => message)]);
const spoken = ['message', 'error_description', 'error', 'reason', 'detail', 'title', 'description'];

/**
 * The first words of an answer that nobody can use, for the person who looks for its sender. Of JSON only what is meant for
 * people, or the names of its fields: it may be half of an answer with names of students, or a token.
 */
export function firstWordsOf(text: string): string {
  if (text.trim() === '') return 'an empty body';
  const start = text.trimStart()[0] ?? '';
  if (start === '{' || start === '[') return firstWordsOfJson(text);
  const plain = text
    .replace(/<(script|style)\b[\s\S]*?(<\/\1>|$)/gi, ' ')
    .replace(/<[^>]*(>|$)/g, ' ')
    .replace(/&nbsp;/gi, ' ')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return quoted(plain) ?? 'a page without text';
}

function firstWordsOfJson(text: string): string {
  const fields = fieldsIn(text);
  if (fields === undefined) return text.trimStart().startsWith('[') ? 'a list' : 'truncated JSON';
  for (const name of spoken) {
    const said = spokenWords.safeParse(fields[name]).data;
    const words = said === undefined ? undefined : quoted(said);
    if (words !== undefined) return words;
  }
  const names = Object.keys(fields).slice(0, 6).join(', ');
  return names === '' ? 'an empty JSON object' : `JSON with the fields ${quoted(names)}`;
}

/** Without control characters and without anything that is as long as a token. */
function quoted(text: string): string | undefined {
  const words = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/\S{41,}/g, '…')
    .trim();
  if (words === '') return undefined;
  return words.length > most ? `"${words.slice(0, most).trimEnd()}…"` : `"${words}"`;
}
