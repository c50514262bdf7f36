/**
 * An error of the catalog over HTTP, as problem details (RFC 9457): the same for the API, enrollment, a refused upgrade, a path
 * that does not exist, and a request that cannot be read. The members `code`, `message`, `action` and `retry` are what agents
 * and clients of 0.2.0 read.
 */
import type { ErrorCode, HallpassError } from '../../shared/errors.ts';
import { STATUS_CODES } from '../../shared/node-http.ts';

/** Where the API begins; `/errors/CODE` below it explains a code. */
export const apiBase = '/api/v1';

export interface ProblemDetails {
  status: number;
  headers: Record<string, string>;
  body: {
    type: string;
    title: string;
    status: number;
    detail: string;
    code: ErrorCode;
    message: string;
    action: string;
    retry: string;
  };
}

const statuses: Partial<Record<ErrorCode, number>> = {
  REQUEST_MALFORMED: 400,
  FRAME_MALFORMED: 400,
  FRAME_TOO_LARGE: 413,
  FRAME_TOO_COMPLEX: 413,
  LINK_LIMIT_EXCEEDED: 429,
  UPGRADE_MISSING: 426,
  PATH_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  AGENT_TOKEN_INVALID: 401,
  AGENT_UNKNOWN: 401,
  ENROLLMENT_CODE_INVALID: 403,
  PROTOCOL_UNSUPPORTED: 426,
  API_TOKEN_INVALID: 401,
  API_PATH_UNKNOWN: 404,
  API_QUERY_INVALID: 400,
  API_HEADER_INVALID: 400,
  API_BODY_INVALID: 400,
  API_BODY_TOO_LARGE: 413,
  API_CONTENT_TYPE: 415,
  API_CHANGES_TOO_MANY: 429,
  API_MICROSOFT_BUSY: 429,
  IDEMPOTENCY_KEY_MISSING: 400,
  IDEMPOTENCY_KEY_INVALID: 400,
  IDEMPOTENCY_KEY_REUSED: 409,
  IDEMPOTENCY_UNDER_WAY: 409,
  ROLE_INSUFFICIENT: 403,
  SCOPE_MISSING: 403,
  TOKEN_SCOPE_USELESS: 400,
  TENANT_UNKNOWN: 404,
  PRECONDITION_FAILED: 412,
  PRECONDITION_MISSING: 428,
  PROFILE_INVALID: 422,
  DRAFT_UNKNOWN: 404,
  DRAFT_INCOMPLETE: 422,
  DRAFT_WITHOUT_NAME: 422,
  RELAY_SETTING_INVALID: 422,
  RELAY_SETTINGS_INVALID: 422,
  SETTING_AT_TERMINAL: 403,
  PROFILE_NOT_READY: 409,
  WRITE_CONSENT_MISSING: 409,
  PROFILE_CHANGE_REFUSED: 409,
  PROFILE_CHANGE_UNCHECKED: 409,
  ALERT_CHANNEL_UNKNOWN: 404,
  ALERT_CHANNEL_EXISTS: 409,
  ALERT_TARGET_INVALID: 422,
  ALERT_TARGET_PRIVATE: 422,
  ALERT_NOT_DELIVERED: 502,
  HOLD_UNKNOWN: 404,
  HOLD_AMBIGUOUS: 400,
  HOLD_NOT_COVERED: 409,
  PERSON_UNKNOWN: 404,
  ACCOUNT_UNKNOWN: 404,
  LINK_UNKNOWN: 404,
  LINK_TAKEN: 409,
  ACCOUNT_EXEMPT: 409,
  EXEMPT_ACCOUNT_INVALID: 422,
  EXEMPT_ACCOUNT_UNKNOWN: 404,
  BLACKOUT_INVALID: 422,
  BLACKOUT_UNKNOWN: 404,
  PROVISION_IN_BLACKOUT: 409,
  PROVISION_UNKNOWN: 404,
  AGENT_NOT_FOUND: 404,
  AGENT_AMBIGUOUS: 400,
  TOKEN_NOT_FOUND: 404,
  PROBLEM_CODE_UNKNOWN: 400,
  RELAY_NOT_CONFIGURED: 409,
  GRAPH_UNREACHABLE: 502,
  GRAPH_UNREADABLE: 502,
  GRAPH_SIGN_IN_REFUSED: 502,
  GRAPH_CONSENT_MISSING: 502,
  GRAPH_FAILED: 502,
  GRAPH_THROTTLED: 503,
  PROFILE_MISSING: 404,
  PROFILE_UNKNOWN: 404,
  PERSON_NOT_FOUND: 404,
  CLASS_NOT_FOUND: 404,
  PERSON_NOT_CLEAR: 400,
  PROFILE_NOT_NAMED: 400,
  RUN_UNKNOWN: 404,
  PLAN_NOT_READY: 503,
  PLAN_UNDER_WAY: 429,
  PLANS_TOO_MANY: 503,
  ANSWERS_UNDER_WAY: 429,
  ANSWERS_TOO_MANY: 503,
  ANSWER_BROKEN: 503,
  ATTEMPTS_EXCEEDED: 429,
  RELAY_BUSY: 503,
  STORE_UNAVAILABLE: 503,
  SIGN_IN_REQUIRED: 401,
  SIGN_IN_NOT_FRESH: 403,
  SIGN_IN_LINK_INVALID: 403,
  SIGN_IN_NOT_SET_UP: 503,
  SIGN_IN_PROVIDER_UNREACHABLE: 503,
  SIGN_IN_PROVIDER_UNUSABLE: 502,
  SIGN_IN_PROVIDER_REFUSED: 502,
  SIGN_IN_EXPIRED: 400,
  SIGN_IN_CANCELED: 403,
  SIGN_IN_REFUSED: 403,
  SIGN_IN_TOKEN_INVALID: 403,
  CONSENT_EXPIRED: 400,
  CONSENT_CANCELED: 403,
  CONSENT_REFUSED: 403,
  CONSENT_OTHER_DIRECTORY: 403,
  SIGN_IN_TIME_MISSING: 403,
  SIGN_IN_NOT_INVITED: 403,
  FORM_FOREIGN: 403,
  FORM_INVALID: 400,
  USER_UNKNOWN: 404,
  INVITATION_UNKNOWN: 404,
  SCHOOLS_NOT_NAMED: 400,
};

/**
 * Status, headers and JSON body for an error. An internal error does not reveal its cause.
 *
 * @param status replaces the code's usual one
 * @param accept the Accept header of the request: a client that asks for application/json alone gets that content type
 */
export function problemDetails(
  error: HallpassError,
  { status = statusOf(error), accept }: { status?: number | undefined; accept?: string | undefined } = {},
): ProblemDetails {
  const type = wantsPlain(accept) ? 'application/json' : 'application/problem+json';
  const headers: Record<string, string> = { 'content-type': `${type}; charset=utf-8`, vary: 'Accept' };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 426) Object.assign(headers, { upgrade: 'websocket', 'sec-websocket-version': '13' });
  if (status === 429 || status === 503) {
    headers['retry-after'] = String(Math.ceil((error.retryAfterMs ?? 10_000) / 1000));
  }
  const { code, action, retry } = error;
  const message = status < 500 || retry !== 'bug' ? error.message : 'Something unexpected happened.';
  const title = titleOf(code, status);
  return {
    status,
    headers,
    body: { type: `${apiBase}/errors/${code}`, title, status, detail: message, code, message, action, retry },
  };
}

/** A code without a status of its own is a conflict if somebody has to fix something first, and otherwise our failure. */
function statusOf({ code, retry }: HallpassError): number {
  return statuses[code] ?? (retry === 'fix' ? 409 : 500);
}

function wantsPlain(accept: string | undefined): boolean {
  return accept !== undefined && /\bapplication\/json\b/i.test(accept) && !/\bproblem\+json\b/i.test(accept);
}

/** The same for every problem with this code: "Profile unknown". Codes of problems with people and objects have no words. */
function titleOf(code: ErrorCode, status: number): string {
  const isInWords = code.includes('_');
  const words = isInWords
    ? code.replace(/^API_/, '').toLowerCase().replaceAll('_', ' ')
    : (STATUS_CODES[status] ?? code);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The whole answer in bytes, for a socket that no HTTP server answers: it is the connection's last. */
export function rawAnswer({ status, headers, body }: ProblemDetails, more: Record<string, string> = {}): string {
  const text = JSON.stringify(body);
  const all = { ...headers, ...more, connection: 'close', 'content-length': String(Buffer.byteLength(text)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`;
}
