/**
 * How many histories the tests make up that are made of them: 4, and always the same, so that a change is judged by itself
 * and not by its luck. HALLPASS_RUNS makes up as many new ones, which is how they find what nobody thought of, and
 * HALLPASS_SEED those of an earlier run.
 */
import { randomInt } from 'node:crypto';
import type { Test } from 'tap';

/** Whether every case of a long list is wanted, as in the long tests; else those that stand for the others will do. */
export const takesAll = process.env.HALLPASS_RUNS !== undefined;

export interface Histories<T> {
  numRuns: number;
  seed: number;
  examples: [T][];
}

/** @param examples histories that have found something once: they are tried in every run, before those that are made up */
export function histories<T>(t: Test, examples: readonly T[]): Histories<T> {
  const { HALLPASS_RUNS: runs, HALLPASS_SEED: seed } = process.env;
  const made = runs === undefined ? 4 : Number(runs);
  const chosen = runs === undefined ? 1 : seed === undefined ? randomInt(1_000_000_000) : Number(seed);
  if (runs !== undefined) t.comment(`HALLPASS_RUNS=${made} HALLPASS_SEED=${chosen}`);
  return {
    numRuns: examples.length + made,
    seed: chosen,
    examples: examples.map((one): [T] => [one]),
  };
}
