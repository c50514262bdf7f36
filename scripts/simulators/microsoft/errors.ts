/** Graph's error answers. Clients branch on `code` and `details[].code`; some cases differ only in the message. */
import type { Bag } from './json.ts';

export interface ErrorDetail {
  code: string;
  target: string;
  message: string;
  /** Some codes carry more, for example what a name should be. */
  [more: string]: string;
}

/** A request that Graph refuses; handlers throw it, `errorBody` turns it into a body. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { details?: readonly ErrorDetail[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }
}

export function badRequest(message: string, details: readonly ErrorDetail[] = []): GraphError {
  return new GraphError(400, 'Request_BadRequest', message, { details });
}

export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message);
}

export function invalidValue(property: string, resource: string): GraphError {
  const message = `Invalid value specified for property '${property}' of resource '${resource}'.`;
  return badRequest(message, [{ code: 'InvalidValue', target: property, message }]);
}

/** A value that must be unique in the tenant is taken: the only conflict that carries a machine-readable detail. */
export function conflict(property: string): GraphError {
  const message = `Another object with the same value for property ${property} already exists.`;
  return badRequest(message, [{ code: 'ObjectConflict', target: property, message }]);
}

/** Unknown, not yet replicated, or not a member: Graph gives the same answer for all three. */
export function notFound(id: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** Accounts, groups, schools and their deleted objects have reached the tenant's limit. */
export function checkRoom(directory: { hasRoom(): boolean }): void {
  if (directory.hasRoom()) return;
  const message =
    'The directory object quota limit for the Tenant has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.';
  throw new GraphError(403, 'Directory_QuotaExceeded', message);
}

/** 403 with the reason that a person needs; the real message ends after the first sentence. */
export function denied(needed: readonly string[]): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    `Insufficient privileges to complete the operation. (Simulator: needs ${needed.join(' or ')}.)`,
  );
}

/** The simulator never answers as if it had done what it cannot do. */
export function notImplemented(what: string): GraphError {
  return new GraphError(501, 'NotImplemented', `The Microsoft simulator does not implement ${what}.`);
}

/** The ids and the time that every error body repeats. */
export interface Trace {
  requestId: string;
  clientRequestId: string;
  /** Milliseconds since the epoch. */
  now: number;
}

export function errorBody(error: GraphError, trace: Trace): Bag {
  const innerError: Bag = {
    date: new Date(trace.now).toISOString().slice(0, 19),
    'request-id': trace.requestId,
    'client-request-id': trace.clientRequestId,
  };
  if (error.status === 429) innerError.status = '429';
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details.length > 0 ? { details: error.details.map((detail) => ({ ...detail })) } : {}),
      innerError,
    },
  };
}
