/** The token endpoint's refusals: an OAuth error with an AADSTS code. */
import type { Bag } from '../json.ts';

export class AadError extends Error {
  readonly status: number;
  /** OAuth's code: `invalid_client`. */
  readonly error: string;
  /** The number after AADSTS. */
  readonly code: number;

  constructor(status: number, error: string, code: number, message: string) {
    super(message);
    this.status = status;
    this.error = error;
    this.code = code;
  }
}

/** @param traceId id that the real endpoint repeats in fields and in the description. */
export function aadErrorBody(error: AadError, traceId: string, correlationId: string, now: number): Bag {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    error: error.error,
    error_description: `AADSTS${error.code}: ${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.code}`,
  };
}
