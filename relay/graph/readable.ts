/**
 * Whether an answer is Microsoft's at all. Filters, proxies and broken connections produce answers with a success
 * status and a page, nothing, half a JSON or foreign JSON in them: these mean nothing.
 */

import { z } from 'zod';
import { anyObject } from './bodies/object.ts';
import { hasError } from './bodies/refusal.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object; undefined for anything else, including an empty text. */
export function fieldsIn(text: string): Fields | undefined {
  try {
    return anyObject.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Whether Graph itself may have sent this. Its successes have a JSON object or, when there is nothing to say, no body;
 * its refusals an object with `error`, or sometimes no body. It never redirects.
 */
export function isFromGraph(status: number, text: string, fields: Fields | undefined): boolean {
  if (status === 200 || status === 201) return fields !== undefined;
  if (status < 300) return text === '' || fields !== undefined;
  if (status < 400 || status === 407) return false;
  if (status < 500) return text === '' || hasError.safeParse(fields).success;
  return true;
}

/** Whether a link is one of Graph's own: something on the way inserted any other. @param base of Graph */
export function isLinkOf(base: string, link: unknown): link is string {
  return typeof link === 'string' && link.startsWith(`${base}/`);
}

const most = 80;
/** Where services put their messages. */
const spokenWords = z.union([z.string(), z.looseObject({ message: z.string() }).transform(({ message }) => message)]);
const spoken = ['message', 'error_description', 'error', 'reason', 'detail', 'title', 'description'];

/**
 * The first words of an unusable answer, for a person who looks for its sender. From JSON, only text meant for people
 * or the names of its fields: it may be half of an answer with names of students, or a token.
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

/** Without control characters and without anything as long as a token. */
function quoted(text: string): string | undefined {
  const words = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/\S{41,}/g, '…')
    .trim();
  if (words === '') return undefined;
  return words.length > most ? `"${words.slice(0, most).trimEnd()}…"` : `"${words}"`;
}
