/** How much of the chaos is run, from the environment: see docs/chaos.md. */

export interface ChaosSettings {
  /** One fault in so many, per source. */
  share: { powerquery: number; rest: number };
  /** Histories, per source. */
  runs: { powerquery: number; rest: number };
  seed: number;
  path: string | undefined;
}

/** What fits into the tests of every change. */
const usual = { share: { powerquery: 5, rest: 47 }, runs: { powerquery: 12, rest: 5 }, seed: 1 };

export function chaosSettings(env: NodeJS.ProcessEnv): ChaosSettings {
  const runs = numberOf(env, 'HALLPASS_CHAOS_RUNS');
  const share = numberOf(env, 'HALLPASS_CHAOS_SHARE');
  return {
    share: share === undefined ? usual.share : { powerquery: share, rest: share },
    runs: runs === undefined ? usual.runs : { powerquery: runs, rest: runs },
    seed: numberOf(env, 'HALLPASS_CHAOS_SEED') ?? usual.seed,
    path: env.HALLPASS_CHAOS_PATH || undefined,
  };
}

function numberOf(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new RangeError(`${name} must be a whole number from 1, not ${text}`);
  return Number(text);
}
