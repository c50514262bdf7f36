/**
 * How many histories the tests make up that are made of them: 8, and always the same, so that a change is judged by itself
 * and not by its luck. HALLPASS_RUNS makes up as many new ones, which is how they find what nobody thought of, and
 * HALLPASS_SEED those of an earlier run.
 */
import { randomInt } from 'node:crypto';
import type { Test } from 'tap';

export interface Histories {
  numRuns: number;
  seed: number;
}

export function histories(t: Test): Histories {
  const { HALLPASS_RUNS: runs, HALLPASS_SEED: seed } = process.env;
  if (runs === undefined) return { numRuns: 8, seed: 1 };
  const chosen = { numRuns: Number(runs), seed: seed === undefined ? randomInt(1_000_000_000) : Number(seed) };
  t.comment(`HALLPASS_RUNS=${chosen.numRuns} HALLPASS_SEED=${chosen.seed}`);
  return chosen;
}
