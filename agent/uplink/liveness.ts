/** Is the other end still there, and is it getting anywhere? Pure: the socket asks every few seconds. */

export interface LivenessLimits {
  /** A ping goes out after this long without any traffic; two of them unanswered end the connection. */
  pingMs: number;
  /** Longest wait for something the relay owes us (welcome, acknowledgment, manifest) without any progress. */
  progressMs: number;
}

/** Longer than the longest stall of a busy event loop, shorter than the idle limit of common firewalls. */
export const livenessLimits: LivenessLimits = { pingMs: 25_000, progressMs: 120_000 };

export interface Liveness {
  /** When anything came from the other end, milliseconds. */
  heardAt: number;
  pingedAt: number;
  /** Since when the relay owes us something and nothing of it has come; undefined when it owes nothing. */
  owedSince: number | undefined;
}

export type Finding = 'well' | 'ping' | 'silent' | 'stuck';

/** What to do at `now`. Any traffic counts as life; only what is owed counts as progress. */
export function examine({ heardAt, pingedAt, owedSince }: Liveness, limits: LivenessLimits, now: number): Finding {
  if (now - heardAt >= 3 * limits.pingMs) return 'silent';
  if (owedSince !== undefined && now - owedSince >= limits.progressMs) return 'stuck';
  return now - Math.max(heardAt, pingedAt) >= limits.pingMs ? 'ping' : 'well';
}
