/**
 * The one catalog of errors. Each entry has a stable code, a sentence that says what happened and where, the next step
 * for the person who must act, and a retry class for programs. `docs/errors.md` is generated from it.
 */
import { agentErrors } from './errors/agent.ts';
import { alertErrors } from './errors/alerts.ts';
import { apiErrors } from './errors/api.ts';
import { consoleErrors } from './errors/console.ts';
import type { Entry, RetryClass } from './errors/entry.ts';
import { graphErrors } from './errors/graph.ts';
import { linkErrors } from './errors/link.ts';
import { networkErrors } from './errors/network.ts';
import { pluginErrors } from './errors/plugin.ts';
import { powerschoolErrors } from './errors/powerschool.ts';
import { relayErrors } from './errors/relay.ts';
import { serviceErrors } from './errors/service.ts';

/** The catalog by chapter, in the order of docs/errors.md. */
export const chapters = {
  'The agent itself': agentErrors,
  'The agent as a service': serviceErrors,
  PowerSchool: powerschoolErrors,
  'The plugin': pluginErrors,
  'The connection between agent and relay': linkErrors,
  Proxies: networkErrors,
  'The relay itself': relayErrors,
  Alerts: alertErrors,
  'The API': apiErrors,
  'The console': consoleErrors,
  'Microsoft Graph': graphErrors,
} as const;

export const catalog = {
  ...agentErrors,
  ...serviceErrors,
  ...powerschoolErrors,
  ...pluginErrors,
  ...linkErrors,
  ...networkErrors,
  ...relayErrors,
  ...alertErrors,
  ...apiErrors,
  ...consoleErrors,
  ...graphErrors,
} as const;

export type ErrorCode = keyof typeof catalog;

type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The values that a code's sentence and action need. */
export type ErrorDetails<C extends ErrorCode> = Record<
  Placeholders<(typeof catalog)[C]['sentence']> | Placeholders<(typeof catalog)[C]['action']>,
  string | number
>;

export interface HallpassErrorOptions {
  cause?: unknown;
  /** How long the other side asked us to wait, for the retry class `retry-after`. */
  retryAfterMs?: number;
  /** Graph's id of the request that failed, for Microsoft's support. */
  requestId?: string | undefined;
}

export class HallpassError extends Error {
  override readonly name = 'HallpassError';
  readonly code: ErrorCode;
  readonly retry: RetryClass;
  /** The next step, as a sentence for the person who can take it. */
  readonly action: string;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, sentence: string, action: string, options: HallpassErrorOptions = {}) {
    super(sentence, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retry = catalog[code].retry;
    this.action = action;
    this.retryAfterMs = options.retryAfterMs;
    this.requestId = options.requestId;
  }
}

/** A catalog error with its sentence and action filled in. The details are shown to people: never include a secret. */
export function fail<C extends ErrorCode>(
  code: C,
  details: ErrorDetails<C>,
  options: HallpassErrorOptions = {},
): HallpassError {
  const entry: Entry = catalog[code];
  return new HallpassError(code, fill(entry.sentence, details), fill(entry.action, details), options);
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalog, code);
}

/** Returns a failure that passes by itself as a value. @throws any other */
export function passing(error: unknown): HallpassError {
  if (!(error instanceof HallpassError) || error.retry === 'fix' || error.retry === 'bug') throw error;
  return error;
}

/**
 * One line for a foreign error, without a stack. Node's messages about files and ports become plain: "permission denied
 * (EACCES)" for "EACCES: permission denied, open '/etc/x'", because the sentence around it names the file.
 */
export function reasonOf(cause: unknown): string {
  return exactReasonOf(cause).replace(/^(?:\w+ )?(E[A-Z]+): (.+?)(?:, \w+(?: '.*')?)?$/s, '$2 ($1)');
}

/** The same with everything that the system said, for people who search for a bug. */
export function exactReasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
  const code =
    'code' in cause && typeof cause.code === 'string' && !cause.message.includes(cause.code) ? `${cause.code}: ` : '';
  const own = `${code}${cause.message}`;
  return inner instanceof Error && (own === '' || own === 'fetch failed') ? exactReasonOf(inner) : own;
}

function fill(template: string, details: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ''));
}

/** Whether this is an error from the operating system with this code. @param code `ENOENT`, `EEXIST` … */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
