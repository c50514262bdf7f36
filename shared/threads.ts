/** What all threads have in common: where their files are, which of several gets work, and how errors cross. */
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

/** A thread as one chooses among them. */
export interface Loaded {
  /** Pieces of work under way. */
  load: number;
  /** Whether it has ended. */
  isOver: boolean;
}

/**
 * The thread with the least to do; another one while none is idle.
 *
 * @param threads those that there are; ones that have ended are removed, and a new one is added
 * @param most how many there may be
 */
export function leastLoaded<T extends Loaded>(threads: T[], most: number, open: () => T): T {
  threads.splice(0, threads.length, ...threads.filter((thread) => !thread.isOver));
  const [idlest] = threads.toSorted((one, other) => one.load - other.load);
  if (idlest !== undefined && (idlest.load === 0 || threads.length >= most)) return idlest;
  const thread = open();
  threads.push(thread);
  return thread;
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
