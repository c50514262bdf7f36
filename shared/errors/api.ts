import type { Entry } from './entry.ts';

export const apiErrors = {
  API_TOKEN_INVALID: {
    retry: 'fix',
    sentence: 'The token is missing, or it is not accepted.',
    action: 'Send "Authorization: Bearer TOKEN"; "hallpass-relay token create TENANT --name NAME" makes a new one.',
    meaning:
      'Wrong, expired or revoked: the relay does not say which, so that nobody can try tokens out. "token list" shows the state of each.',
  },
  API_PATH_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is nothing at {path} for this token.',
    action: 'A token opens one district alone: use its slug, and the paths that /api/v1/openapi.json lists.',
    meaning: 'The answer is the same for a district that does not exist and for one that the token does not belong to.',
  },
  API_QUERY_INVALID: {
    retry: 'fix',
    sentence: 'The query is not valid: {reason}.',
    action: 'Correct it; /api/v1/openapi.json describes the parameters of every path.',
    meaning: 'A parameter is unknown, missing, given twice or out of its range. Nothing was looked up.',
  },
  ROLE_INSUFFICIENT: {
    retry: 'fix',
    sentence: 'The role "{role}" may not do this: {action}.',
    action: 'Use a token with another role: "hallpass-relay token create TENANT --name NAME --role ROLE" makes one.',
    meaning:
      "Viewers look, admins change what is their district's own, and operators do everything. docs/api.md has the whole table. Nothing was changed.",
  },
  PRECONDITION_FAILED: {
    retry: 'fix',
    sentence: 'The profile "{profile}" is not as the request expects it.',
    action: 'Read it again, see what has changed, and send the request again with its new ETag.',
    meaning:
      'If-Match or If-None-Match named a version other than the current one, or somebody changed the profile while it was being checked. Nothing was changed.',
  },
  PRECONDITION_MISSING: {
    retry: 'fix',
    sentence: 'The request does not say which version of the profile "{profile}" it changes.',
    action: 'Read the profile, and send its ETag as If-Match; If-Match: * takes any version.',
    meaning: 'Without it, two people who change a profile at once would undo each other. Nothing was changed.',
  },
  PLAN_UNDER_WAY: {
    retry: 'retry-after',
    sentence: 'A plan for this district is being worked out already.',
    action: 'Wait for its answer, or try again in a few seconds.',
    meaning: 'A plan is the one question that costs seconds of computing, so a district asks for one at a time.',
  },
  PLANS_TOO_MANY: {
    retry: 'retry-after',
    sentence: 'The relay is working out as many plans as it can at a time.',
    action: 'Try again in a few seconds.',
    meaning:
      'Other districts have asked for theirs. At most two are worked out at a time, so that provisioning goes on.',
  },
  TOKEN_NOT_FOUND: {
    retry: 'fix',
    sentence: 'The tenant has no token "{token}".',
    action: 'List its tokens with "hallpass-relay token list TENANT".',
    meaning: 'Tokens are named by their id, never by the secret, and only within their own tenant.',
  },
} as const satisfies Record<string, Entry>;
