/** A refusal from Graph, see bodies/refusal.ts. */
import { refusalBody } from './bodies/refusal.ts';

/** Status, headers and parsed body. */
interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface GraphRefusal {
  status: number;
  /** `Request_BadRequest`; empty if there is none. */
  code: string;
  /** The code of the inner error; empty if there is none. */
  innerCode: string;
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
  /** The prefix that a naming policy requires. */
  prefix: string;
  suffix: string;
}

/** The longest quotation of Graph's own words in a message. */
const longest = 400;

export function readRefusal({ status, headers, body }: Answered): GraphRefusal {
  const { code, message, details, inner, requestId } = refusalBody.parse(body);
  return {
    status,
    code,
    innerCode: inner.code,
    message: oneLine(message),
    details: details.map((detail) => ({ ...detail, message: oneLine(detail.message) })),
    requestId: inner['request-id'] || requestId || (headers.get('request-id') ?? 'none'),
  };
}

/** `code: message`, and what the details add. */
export function wordsOf({ status, code, message, details }: GraphRefusal): string {
  if (code === '' && message === '') return `status ${status} without a reason`;
  const more = details.map((detail) => detail.message).filter((one) => one !== '' && one !== message);
  const words = [message, ...new Set(more)].filter((one) => one !== '').join(' ');
  return cutAt(`${code || `status ${status}`}: ${words}`.replace(/[.\s]+$/, ''));
}

/** The property that the refusal is about, with Graph's name; undefined if it names none. */
export function propertyIn({ message, details }: GraphRefusal): string | undefined {
  const target = details.map((detail) => detail.target).find((one) => /^[A-Za-z][\w./]*$/.test(one));
  const named = /\bpropert(?:y|ies)\s*:?\s*['"]?(?!values?\b|(?:is|are|in|of|has|have|with)\b)([A-Za-z][\w./]*)/i.exec(
    message,
  )?.[1];
  // `Property value is too long: 'displayName'`, `The length of userPrincipalName is invalid`
  const quoted = /['"]([a-z][\w./]*)['"]/.exec(message)?.[1] ?? /\b[a-z]+[A-Z][A-Za-z]*\b/.exec(message)?.[0];
  const property = target ?? named ?? quoted;
  // The directory's internal name for the user name.
  return property === 'netId' ? 'userPrincipalName' : property;
}

/** The object that already has the requested value, if Graph names it: `User_<id>` or the bare id in a detail. */
export function conflictingIn({ details }: GraphRefusal): string | undefined {
  const detail = details.find(({ code }) => /^ConflictingObjects?$/i.test(code));
  const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
  return id.exec(`${detail?.target ?? ''} ${detail?.message ?? ''}`)?.[0]?.toLowerCase();
}

function oneLine(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}

function cutAt(words: string): string {
  return words.length > longest ? `${words.slice(0, longest)}…` : words;
}
