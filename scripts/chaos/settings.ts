/** How much of the chaos is run, from the environment: see docs/chaos.md. */

export interface ChaosSettings {
  /** One fault in so many, per source. */
  share: { powerquery: number; rest: number };
  /** Histories, per source. */
  runs: { powerquery: number; rest: number };
  seed: number;
  path: string | undefined;
}

type Usual = Omit<ChaosSettings, 'path'>;

/** What is run for every change: the same each time, so that a change is judged by itself. */
export const short: Usual = { share: { powerquery: 31, rest: 211 }, runs: { powerquery: 2, rest: 1 }, seed: 1 };
/** What `npm run test:all` adds: others each time. */
export const long: Omit<Usual, 'seed'> = { share: { powerquery: 3, rest: 23 }, runs: { powerquery: 30, rest: 12 } };

export function chaosSettings(env: NodeJS.ProcessEnv, usual: Usual = short): ChaosSettings {
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
