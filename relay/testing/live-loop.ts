/** The loop that serves a district of a test, as in the relay: begun, told of changes, and read from outside. */
import { PassThrough } from 'node:stream';
import type { Test } from 'tap';
import { createLog } from '../log/log.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { listRuns, type PastRun } from '../store/runs/run-history.ts';
import { type SyncLoop, startSyncLoop } from '../sync/loop.ts';
import { openTurns, type Turns } from '../sync/turns.ts';
import { type District, openDistrict } from './district.ts';

export interface LiveLoop extends SyncLoop {
  /** What it has logged, a JSON object a line. */
  log(): string;
  /** Resolves when an event of this name has been logged. */
  event(name: string): Promise<void>;
  /** Resolves when a run of at least this number is the newest, and over. */
  ended(number: number): Promise<PastRun>;
  /** The first run that fits, of those that are over from now on: the loop runs without pauses, so numbers say little. */
  runThat(fits: (run: PastRun) => boolean): Promise<PastRun>;
  /** The newest first. */
  runs(): Promise<PastRun[]>;
}

/** A district whose people all have accounts. The state folder is the test's directory, so commands can work on it too. */
export async function districtToServe(t: Test, students: number): Promise<District> {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students, accounts: true });
  t.teardown(() => district.close());
  return district;
}

/** Puts a profile like the district's into force. */
export async function storeProfile({ store, tenantId, profile }: District, changes: object): Promise<Profile> {
  const changed = parseProfile({ ...profile, ...changes }, profile.name);
  await store.withTenant(tenantId, (scope) => setProfile(scope, changed, new Date()));
  return changed;
}

/**
 * The clock of the district jumps over every wait, so the loop runs on and on. It ends with the test.
 *
 * @param around what takes turns, in place of what does
 */
export async function startLoop(
  t: Test,
  { store, tenantId, settings, vault, clock }: District,
  around: (turns: Turns) => Turns = (turns) => turns,
): Promise<LiveLoop> {
  const out = new PassThrough();
  let lines = '';
  out.setEncoding('utf8').on('data', (chunk) => {
    lines += chunk;
  });
  const { signal } = new AbortController();
  const log = createLog('json', out);
  const random = () => 0.5;
  const turns = around(await openTurns({ store, settings, vault, clock, log, random }));
  const loop = await startSyncLoop({ store, settings, turns, clock, log, signal, random });
  t.teardown(() => loop.close());
  const runs = () => store.withTenant(tenantId, (scope) => listRuns(scope, { limit: 1000 }));
  return {
    ...loop,
    log: () => lines,
    async event(name) {
      while (!lines.includes(`"event":"${name}"`)) await new Promise(setImmediate);
    },
    async ended(number) {
      for (;;) {
        const [newest] = await runs();
        if (newest !== undefined && newest.number >= number && newest.finishedAt !== null) return newest;
        await new Promise(setImmediate);
      }
    },
    async runThat(fits) {
      for (;;) {
        const [newest] = await runs();
        if (newest !== undefined && newest.finishedAt !== null && fits(newest)) return newest;
        await new Promise(setImmediate);
      }
    },
    runs,
  };
}
