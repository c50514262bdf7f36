/** `hallpass-agent page`: the local page of an agent that is not running, to see why and to run the checks. */
import { once } from 'node:events';
import { systemClock } from '../../shared/clock.ts';
import { Baselines } from '../baseline/baselines.ts';
import { Meter } from '../model/meter.ts';
import { checksOf } from '../page/checks-run.ts';
import { HistoryFile } from '../page/history-file.ts';
import { placesOf } from '../page/places.ts';
import { badgeOf, boardOf } from '../page/web/local-page.ts';
import { startPage } from '../page/web/server.ts';
import { AgentState } from '../state/agent-state.ts';
import { lockHolder } from '../state/lock.ts';
import type { Context } from '../terminal/context.ts';
import { obstacleOf } from './obstacle.ts';

/** @throws HallpassError STATE_UNREADABLE, PAGE_UNAVAILABLE */
export async function showPage({ folder, env, platform, hostname, stdout, stop }: Context): Promise<void> {
  const state = await AgentState.open(folder);
  const pid = await lockHolder(state.paths.lock);
  const { port } = state.settings.page;
  if (pid !== undefined) {
    const where = port === 0 ? 'its log says where' : `http://127.0.0.1:${port}`;
    stdout.write(`The agent is running (process ${pid}) and shows the page itself: ${where}.\n`);
    return;
  }
  const clock = systemClock;
  const baselines = new Baselines(state.paths.baseline);
  // An agent may start while this command looks, and its unfinished writes must stay.
  await baselines.scan({ tidy: false });
  const history = await new HistoryFile(state.paths.history, clock).load();
  const board = boardOf(state, clock, { working: false, history, obstacle: obstacleOf(state) });
  const runChecks = checksOf({ folder, env, platform, clock });
  const page = await startPage({
    ...{ board, clock, port, badge: badgeOf(state, hostname), places: await placesOf(state, env) },
    buckets: () => baselines.digests(),
    counts: () => new Meter().counts,
    ...{ runChecks, names: undefined, control: undefined },
    supportBundle: async () => {
      const { supportBundle } = await import('../support/bundle.ts');
      return supportBundle({ folder, env, platform, clock, checks: runChecks(stop) });
    },
  });
  stdout.write(`The local page is at ${page.url}; the agent itself is not running. Ctrl-C ends the page.\n`);
  if (!stop.aborted) await once(stop, 'abort');
  await page.close();
}
