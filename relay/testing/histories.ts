/**
 * How many histories the tests make up that are made of them: 20, and always the same, so that a change is judged by itself
 * and not by its luck. HALLPASS_RUNS makes up as many new ones, which is how they find what nobody thought of.
 */
const runs = process.env.HALLPASS_RUNS;

export const histories = runs === undefined ? { numRuns: 20, seed: 1 } : { numRuns: Number(runs) };
