/** Random histories of a district: edits, faults, deaths and losses in any order, and what must hold whatever happens. */
import fc from 'fast-check';
import type { SourceKind } from '../../agent/model/source.ts';
import { happenings, type Scene, settle } from './commands.ts';
import { openWorld } from './world.ts';

export interface ModelOptions {
  source: SourceKind;
  runs: number;
  seed: number;
  /** `path` and `replayPath` of a failure, with a blank between: where to begin. */
  path?: string | undefined;
}

/** Happenings in one history. */
const mostCommands = 20;

/** @returns undefined, or what went wrong, with the seed and the shortest history that shows it */
export async function tryHistories({ source, runs, seed, path }: ModelOptions): Promise<string | undefined> {
  const [inRuns, inCommands] = path?.split(' ') ?? [];
  const replayed = inCommands === undefined ? {} : { replayPath: inCommands };
  const commands = fc.commands(happenings(source === 'powerquery'), {
    maxCommands: mostCommands,
    size: 'max',
    ...replayed,
  });
  const property = fc.asyncProperty(commands, async (history) => {
    const world = await openWorld(source);
    const scene: Scene = { world, agent: await world.startAgent() };
    try {
      await fc.asyncModelRun(() => ({ model: {}, real: scene }), history);
      await settle(scene);
    } finally {
      await scene.agent.stop().catch(() => undefined);
      await world.close();
    }
  });
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: false,
    ...(inRuns === undefined ? {} : { path: inRuns }),
  });
  if (!details.failed) return undefined;
  const error = details.errorInstance instanceof Error ? (details.errorInstance.stack ?? '') : '';
  return `${await fc.asyncDefaultReportMessage(details)}\n${error}`;
}
