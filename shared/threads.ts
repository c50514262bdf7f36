/** What all threads have in common: where their files are, and how errors cross to the thread that started them. */
import { type ErrorCode, HallpassError } from './errors.ts';
import { toHallpassError } from './terminal.ts';

/**
 * The file that a thread runs, beside the module that starts it: with its source name, or with its name in a bundle.
 *
 * @param starter `import.meta.url` of that module
 * @param name without its extension
 */
export function threadFile(starter: string, name: string): URL {
  return new URL(`./${name}${starter.endsWith('.ts') ? '.ts' : '.mjs'}`, starter);
}

/** A catalog error in the form that crosses between threads. */
export interface CarriedError {
  code: ErrorCode;
  message: string;
  action: string;
  retryAfterMs: number | undefined;
  cause?: unknown;
}

/** Causes cross only with bugs, whose stack is needed: others may hold what cannot be cloned. */
export function carried(error: unknown): CarriedError {
  const { code, message, action, retry, retryAfterMs, cause } = toHallpassError(error);
  const isWanted = retry === 'bug' && cause instanceof Error;
  const copy = isWanted && { cause: Object.assign(new Error(cause.message), { stack: cause.stack }) };
  return { code, message, action, retryAfterMs, ...copy };
}

export function fromCarried({ code, message, action, retryAfterMs, cause }: CarriedError): HallpassError {
  return new HallpassError(code, message, action, { cause, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}
