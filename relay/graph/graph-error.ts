/**
 * What a refusal of Graph says. Its body is `{error: {code, message, details?, innerError}}`; some workloads write
 * `innererror`, old ones `odata.error` with `message.value`, and some refusals have no body at all, or a page of HTML.
 */
/** Status, headers and parsed body. */
interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface GraphRefusal {
  status: number;
  /** `Request_BadRequest`; empty where there is none. */
  code: string;
  message: string;
  details: readonly RefusalDetail[];
  /** Microsoft's support asks for it. */
  requestId: string;
}

export interface RefusalDetail {
  code: string;
  /** The property, or the object, that the detail is about. */
  target: string;
  message: string;
  /** What a naming policy asks for. */
  prefix: string;
  suffix: string;
}

/** Longest piece of Graph's own words in a message. */
const longest = 400;

export function readRefusal({ status, headers, body }: Answered): GraphRefusal {
  const error = asObject(asObject(body).error ?? asObject(body)['odata.error']);
  const inner = asObject(error.innerError ?? error.innererror);
  return {
    status,
    code: text(error.code),
    message: oneLine(text(error.message) || text(asObject(error.message).value)),
    details: Array.isArray(error.details) ? error.details.map(readDetail) : [],
    requestId: text(inner['request-id']) || text(error.requestId) || (headers.get('request-id') ?? 'none'),
  };
}

/** `code: message`, and what the details add to it. */
export function wordsOf({ status, code, message, details }: GraphRefusal): string {
  if (code === '' && message === '') return `status ${status} without a reason`;
  const more = details.map((detail) => detail.message).filter((one) => one !== '' && one !== message);
  const words = [message, ...new Set(more)].filter((one) => one !== '').join(' ');
  return cutAt(`${code || `status ${status}`}: ${words}`.replace(/[.\s]+$/, ''));
}

/** The property that the refusal is about, as Graph names it; undefined where it names none. */
export function propertyIn({ message, details }: GraphRefusal): string | undefined {
  const target = details.map((detail) => detail.target).find((one) => /^[A-Za-z][\w./]*$/.test(one));
  const named = /\bpropert(?:y|ies)\s*:?\s*['"]?(?!values?\b|(?:is|are|in|of|has|have|with)\b)([A-Za-z][\w./]*)/i.exec(
    message,
  )?.[1];
  // `Property value is too long: 'displayName'`, `The length of userPrincipalName is invalid`
  const quoted = /['"]([a-z][\w./]*)['"]/.exec(message)?.[1] ?? /\b[a-z]+[A-Z][A-Za-z]*\b/.exec(message)?.[0];
  const property = target ?? named ?? quoted;
  // The directory's inner name of the user name.
  return property === 'netId' ? 'userPrincipalName' : property;
}

/** The object that has what was asked for, where Graph says so: `User_<id>` or the bare id in a detail. */
export function conflictingIn({ details }: GraphRefusal): string | undefined {
  const detail = details.find(({ code }) => /^ConflictingObjects?$/i.test(code));
  const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
  return id.exec(`${detail?.target ?? ''} ${detail?.message ?? ''}`)?.[0]?.toLowerCase();
}

function readDetail(value: unknown): RefusalDetail {
  const { code, target, message, prefix, suffix } = asObject(value);
  return {
    code: text(code),
    target: text(target),
    message: oneLine(text(message)),
    prefix: text(prefix),
    suffix: text(suffix),
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function oneLine(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}

function cutAt(words: string): string {
  return words.length > longest ? `${words.slice(0, longest)}…` : words;
}
