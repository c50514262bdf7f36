import type { Entry } from './entry.ts';

export const apiErrors = {
  API_TOKEN_INVALID: {
    retry: 'fix',
    sentence: 'The token is missing or not valid.',
    action: 'Send "Authorization: Bearer TOKEN"; "hallpass-relay token create TENANT --name NAME" creates a new token.',
    meaning:
      'The token is wrong, expired or revoked. The relay does not say which, so that nobody can guess tokens. "token list" shows the state of each.',
  },
  API_PATH_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is nothing at {path} for this token.',
    action: 'Use the slug of a district to which the token has access, and a path that /api/v1/openapi.json lists.',
    meaning: 'The answer is the same for a district that does not exist and for one to which the token has no access.',
  },
  API_QUERY_INVALID: {
    retry: 'fix',
    sentence: 'The query is not valid: {reason}.',
    action: 'Correct the query; /api/v1/openapi.json describes the parameters of every path.',
    meaning: 'A parameter is unknown, missing, repeated or out of range. The relay did not look anything up.',
  },
  API_HEADER_INVALID: {
    retry: 'fix',
    sentence: 'The header {header} is not valid: {reason}.',
    action: 'Correct the header; /api/v1/openapi.json describes the headers of every path.',
    meaning: 'The relay checks headers before it does anything. Nothing was changed.',
  },
  API_BODY_INVALID: {
    retry: 'fix',
    sentence: 'The body of the request is not valid: {reason}.',
    action: 'Correct the body; /api/v1/openapi.json describes what every path accepts.',
    meaning: 'A body is JSON in UTF-8. The relay checks all of it before it does anything. Nothing was changed.',
  },
  API_BODY_TOO_LARGE: {
    retry: 'fix',
    sentence: 'The body of the request is larger than {most} bytes.',
    action: 'Send a smaller body; no request of the API needs as much.',
    meaning: 'Profiles are a few kilobytes. The relay stops reading a larger body.',
  },
  API_CONTENT_TYPE: {
    retry: 'fix',
    sentence: 'The body of the request is not marked as JSON.',
    action: 'Send "Content-Type: application/json".',
    meaning: 'The relay accepts no other type, so a form on a web page cannot send a request.',
  },
  API_CHANGES_TOO_MANY: {
    retry: 'retry-after',
    sentence: 'This token has requested too many changes in one minute.',
    action: 'Wait for the time in Retry-After, and find out what repeats the requests.',
    meaning: 'The limit protects against programs that run wild. Reading does not count.',
  },
  API_MICROSOFT_BUSY: {
    retry: 'retry-after',
    sentence: 'The relay is already asking Microsoft 365 for this district or for others.',
    action: 'Try again in a few seconds.',
    meaning:
      'Checks, match previews and account links ask Microsoft 365, beside the runs and within the same limits: one at a time for a district, and a few for the relay.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    retry: 'fix',
    sentence: 'The request has no Idempotency-Key, and its answer is shown only once.',
    action: 'Send an Idempotency-Key, such as a new UUID, and keep it until you have the answer.',
    meaning:
      'If the answer is lost on its way, the same request with the same key brings it again, for 24 hours. Without a key it would be lost for good. Nothing was changed.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    retry: 'fix',
    sentence: 'The Idempotency-Key is not valid: {reason}.',
    action: 'Send 1 to 255 printable characters, such as a new UUID for every change.',
    meaning: 'The relay recognizes a repeated request by this key. Nothing was changed.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    retry: 'fix',
    sentence: 'Another request already used this Idempotency-Key.',
    action: 'Use a new key for every change, and the same key only to repeat exactly the same request.',
    meaning: 'A key stands for one request, its path and its body, for 24 hours. Nothing was changed.',
  },
  IDEMPOTENCY_UNDER_WAY: {
    retry: 'retry-after',
    sentence: 'The relay is still working on the request with this Idempotency-Key.',
    action: 'Send it again in a few seconds: you get the answer to the first request.',
    meaning:
      'Either the first request is waiting for Microsoft 365, or the relay went down while it did. After two minutes the relay carries the request out again.',
  },
  ROLE_INSUFFICIENT: {
    retry: 'fix',
    sentence: 'The role "{role}" may not do this: {action}.',
    action: 'Use a token with another role: "hallpass-relay token create TENANT --name NAME --role ROLE" creates one.',
    meaning:
      'Viewers read, admins change what belongs to their district, and operators do everything. docs/api.md has the whole table. Nothing was changed.',
  },
  SCOPE_MISSING: {
    retry: 'fix',
    sentence: 'The token does not have the scope "{scope}", which is needed for {action}.',
    action: 'Use a token that has it: "hallpass-relay token create TENANT --name NAME --scope {scope}" creates one.',
    meaning:
      'The scopes of a token are the subjects that it is for; its role says whether it may change them. docs/api.md has the table. Nothing was changed.',
  },
  SETTING_AT_TERMINAL: {
    retry: 'fix',
    sentence: 'The setting {setting} can be changed only at the terminal of the relay.',
    action: 'Run "hallpass-relay configure --help" on the computer of the relay: it names the option.',
    meaning:
      'The setting names a file of that computer, or an address to which the relay sends its credentials, so no token can change it. Nothing was changed.',
  },
  TOKEN_SCOPE_USELESS: {
    retry: 'fix',
    sentence: 'A token with the role "{role}" can do nothing with the scope "{scope}".',
    action: 'Omit that scope, or choose another role; docs/api.md has the table of both.',
    meaning: 'No token was created.',
  },
  PRECONDITION_FAILED: {
    retry: 'fix',
    sentence: '{what} not in the version that the request expects.',
    action: 'Read {again} again, see what changed, and repeat the change; over the API, with the new ETag.',
    meaning:
      'If-Match or If-None-Match named a version other than the current one, or somebody made another change at the same time. Nothing was changed.',
  },
  PRECONDITION_MISSING: {
    retry: 'fix',
    sentence: 'The request does not say which version of the profile "{profile}" it changes.',
    action: 'Read the profile, and send its ETag as If-Match; If-Match: * accepts any version.',
    meaning:
      "Without it, two people who change a profile at the same time would undo each other's changes. Nothing was changed.",
  },
  PLAN_UNDER_WAY: {
    retry: 'retry-after',
    sentence: 'The relay is already computing a plan for this district.',
    action: 'Wait for that plan, or try again in a few seconds.',
    meaning: 'A plan takes seconds of computing, so the relay computes one at a time for each district.',
  },
  PLANS_TOO_MANY: {
    retry: 'retry-after',
    sentence: 'The relay is already computing as many plans as it can at one time.',
    action: 'Try again in a few seconds.',
    meaning:
      'Other districts asked for plans. The relay computes at most two at a time, so that provisioning continues.',
  },
  ANSWERS_UNDER_WAY: {
    retry: 'retry-after',
    sentence: 'Too many questions about this district are waiting for an answer.',
    action: 'Wait for the answers that you have asked for, or try again in a few seconds.',
    meaning:
      'The relay works on a few questions about each district at one time, and lets eight more wait. Usually a program asks again before it has its last answer, or does not read its answers.',
  },
  ANSWERS_TOO_MANY: {
    retry: 'retry-after',
    sentence: 'The relay has as many questions to answer as it can handle.',
    action: 'Try again in a few seconds.',
    meaning: 'Many programs ask at the same time. Districts take turns, and their runs continue.',
  },
  ANSWER_BROKEN: {
    retry: 'retry',
    sentence: 'The relay could not finish the answer: {reason}.',
    action: 'Ask again. If it happens again, give the relay more memory, or report it.',
    meaning:
      'Long answers are computed in separate threads, so that one that fails affects neither agents nor runs. Usually there was not enough memory.',
  },
  TOKEN_NOT_FOUND: {
    retry: 'fix',
    sentence: 'The district has no token "{token}".',
    action: 'List its tokens with "hallpass-relay token list TENANT".',
    meaning: 'A token is named by its id, never by its secret, and within its own district.',
  },
} as const satisfies Record<string, Entry>;
