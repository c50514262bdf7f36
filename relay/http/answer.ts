/** How an error of the catalogue looks over HTTP: at the upgrade, at enrollment, and anywhere else. */
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
  AGENT_TOKEN_INVALID: 401,
  AGENT_UNKNOWN: 401,
  ENROLLMENT_CODE_INVALID: 403,
  PROTOCOL_UNSUPPORTED: 426,
  API_TOKEN_INVALID: 401,
  API_PATH_UNKNOWN: 404,
  API_QUERY_INVALID: 400,
  PROFILE_MISSING: 404,
  PROFILE_UNKNOWN: 404,
  PERSON_NOT_FOUND: 404,
  PERSON_NOT_CLEAR: 400,
  PROFILE_NOT_NAMED: 400,
  RUN_UNKNOWN: 404,
  PLAN_NOT_READY: 503,
  PLAN_UNDER_WAY: 429,
  PLANS_TOO_MANY: 503,
  ATTEMPTS_EXCEEDED: 429,
  RELAY_BUSY: 503,
  STORE_UNAVAILABLE: 503,
};

/**
 * Status, headers and JSON body for an error. An error that is ours says nothing of its cause to the outside.
 *
 * @param status in place of the catalogue's usual one
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
