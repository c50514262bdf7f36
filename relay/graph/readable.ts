/**
 * Whether an answer is Microsoft's at all. Filters, proxies and broken connections leave answers with a good status and a page,
 * nothing, half of a JSON or somebody else's JSON in them: they say nothing about what was asked.
 */

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object; undefined for anything else, an empty text too. */
export function fieldsIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether Graph itself may have sent this. Its success has a JSON object or, where there is nothing to say, no body; its refusal
 * an object with `error`, and sometimes no body. It redirects nobody.
 */
export function isFromGraph(status: number, text: string, fields: Fields | undefined): boolean {
  if (status === 200 || status === 201) return fields !== undefined;
  if (status < 300) return text === '' || fields !== undefined;
  if (status < 400 || status === 407) return false;
  if (status < 500) return text === '' || isFields(fields?.error);
  return true;
}

/** A collection has its items in `value`, which may be empty and is never missing. */
export function isCollection(body: unknown): boolean {
  return isFields(body) && Array.isArray(body.value) && body.value.every(isFields);
}

/** Whether a link is one of Graph's own: what leads elsewhere was put in by somebody on the way. @param base of Graph */
export function isLinkOf(base: string, link: unknown): link is string {
  return typeof link === 'string' && link.startsWith(`${base}/`);
}

/** One object of the directory: it has an id. */
export function isEntity(body: unknown): boolean {
  return isFields(body) && typeof body.id === 'string' && body.id !== '';
}

const most = 80;
/** Where services put what they want to say. */
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
    const value = fields[name];
    const said = isFields(value) ? value.message : value;
    const words = typeof said === 'string' ? quoted(said) : undefined;
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
