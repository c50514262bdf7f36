/** Is the other side still there, and does it make progress? Pure: the socket asks every few seconds. */

export interface LivenessLimits {
  /** A ping goes out after this long without any traffic; two of them unanswered end the connection. */
  pingMs: number;
  /** The longest wait for something the relay owes us (welcome, acknowledgment, manifest) without any progress. */
  progressMs: number;
}

/** Longer than the longest stall of a busy event loop, shorter than the idle limit of common firewalls. */
export const livenessLimits: LivenessLimits = { pingMs: 25_000, progressMs: 120_000 };

export interface Liveness {
  /** When anything last arrived from the other side, in milliseconds. */
  heardAt: number;
  pingedAt: number;
  /** Since when the relay has owed us something without any of it arriving; undefined when it owes nothing. */
  owedSince: number | undefined;
}

export type Finding = 'well' | 'ping' | 'silent' | 'stuck';

/** What to do at `now`. Any traffic counts as life; only what is owed counts as progress. */
export function examine({ heardAt, pingedAt, owedSince }: Liveness, limits: LivenessLimits, now: number): Finding {
  if (now - heardAt >= 3 * limits.pingMs) return 'silent';
  if (owedSince !== undefined && now - owedSince >= limits.progressMs) return 'stuck';
  return now - Math.max(heardAt, pingedAt) >= limits.pingMs ? 'ping' : 'well';
}
