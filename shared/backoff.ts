/** Waiting between attempts: exponential growth with full jitter, and the other side's Retry-After as the floor. */

export interface BackoffOptions {
  /** Upper bound of the first wait, milliseconds. */
  baseMs: number;
  /** Upper bound of every wait, milliseconds. */
  capMs: number;
}

/**
 * Milliseconds to wait before attempt `attempt` (0 = first retry): a random share of min(cap, base × 2^attempt), but
 * never less than `floorMs`, which the server asked for. Full jitter spreads a fleet that was cut off at once.
 *
 * @param random a number in [0, 1)
 */
export function backoffMs(options: BackoffOptions, attempt: number, random: number, floorMs = 0): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return Math.max(floorMs, Math.floor(ceiling * random));
}

/**
 * The wait that a Retry-After header asks for, in milliseconds. Accepts whole and decimal seconds (Graph sends "2.128")
 * and an HTTP date; clamped to [0, 1 h] against skewed clocks. Undefined when absent or unreadable.
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), 3_600_000) : undefined;
}
