/** How an error of the catalog looks over HTTP: at the upgrade, at enrollment, and anywhere else. */
import type { ErrorCode, HallpassError } from '../../shared/errors.ts';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: { code: ErrorCode; message: string; action: string; retry: string };
}

const statuses: Partial<Record<ErrorCode, number>> = {
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
  RELAY_SETTING_INVALID: 422,
  RELAY_SETTINGS_INVALID: 422,
  SETTING_AT_TERMINAL: 403,
  PROFILE_NOT_READY: 409,
  PROFILE_CHANGE_REFUSED: 409,
  PROFILE_CHANGE_UNCHECKED: 409,
  HOLD_UNKNOWN: 404,
  HOLD_AMBIGUOUS: 400,
  HOLD_NOT_COVERED: 409,
  PERSON_UNKNOWN: 404,
  ACCOUNT_UNKNOWN: 404,
  LINK_UNKNOWN: 404,
  LINK_TAKEN: 409,
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
};

/**
 * Status, headers and JSON body for an error. An error that is ours says nothing of its cause to the outside.
 *
 * @param status instead of the catalog's usual one
 */
export function answerOf(error: HallpassError, status = statuses[error.code] ?? 500): HttpAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 426) Object.assign(headers, { upgrade: 'websocket', 'sec-websocket-version': '13' });
  if (status === 429 || status === 503) {
    headers['retry-after'] = String(Math.ceil((error.retryAfterMs ?? 10_000) / 1000));
  }
  const { code, action, retry } = error;
  const message = status < 500 || error.retry !== 'bug' ? error.message : 'Something unexpected happened.';
  return { status, headers, body: { code, message, action, retry } };
}
