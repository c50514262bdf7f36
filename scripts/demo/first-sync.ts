/** Follows the first sync through the events of agent and relay until the relay's first run is finished. */
import { isOperationKind, specOf } from '../../relay/operations/registry.ts';
import type { RunningAgent } from './agent.ts';
import { DemoError } from './demo-error.ts';
import type { LogEvent, Program } from './program.ts';
import { count, type Screen, seconds } from './screen.ts';
import type { Site } from './sites.ts';

/** After this long without progress there will be none. */
const patienceMs = 180_000;
/** The agent retries after a problem; this many in a row do not pass by themselves. */
const problemsTolerated = 3;

export interface FirstSync {
  /** Seconds since the start of the agent's first cycle. */
  readAfter: number;
  provisionedAfter: number;
}

export interface FirstSyncOptions {
  screen: Pick<Screen, 'done' | 'warn' | 'progress'>;
  signal: AbortSignal;
  site: Site;
  profiles: readonly { name: string }[];
}

/** Listens from now on; `agent` starts the agent once everything is listening. */
export async function followFirstSync(
  relay: Program,
  startAgent: () => Promise<RunningAgent>,
  { screen, signal, site, profiles }: FirstSyncOptions,
): Promise<{ agent: RunningAgent; sync: FirstSync }> {
  const over = new AbortController();
  let patience = setTimeout(giveUp, patienceMs);
  function giveUp(): void {
    over.abort(
      new DemoError(
        `There was no progress for ${patienceMs / 1000} seconds.`,
        'Please report these lines of the relay.',
        relay.lastLines,
      ),
    );
  }
  const moving = () => {
    clearTimeout(patience);
    patience = setTimeout(giveUp, patienceMs);
  };

  let committedAt = 0;
  const quiet = relay.listen((event) => {
    if (event.tenant !== site.slug) return;
    if (/^(roster|run)\./.test(String(event.event))) moving();
    if (event.event === 'roster.committed' && committedAt === 0) {
      committedAt = performance.now();
      screen.done(`The relay holds the roster: ${count(Number(event.records), 'record')}`);
    }
    if (event.event === 'run.failed') over.abort(failedRun(event));
    showProvisioning(event, screen);
  });
  try {
    // Several profiles run one after the other.
    const open = new Set(profiles.map(({ name }) => name));
    let failed = 0;
    const finished = relay.next(
      (event) => {
        if (event.tenant !== site.slug || event.event !== 'run.finished' || !open.delete(String(event.profile)))
          return false;
        failed += Number(event.failed);
        return open.size === 0;
      },
      AbortSignal.any([signal, over.signal]),
    );
    finished.catch(() => undefined);
    const agent = await startAgent();
    let problems = 0;
    const deaf = agent.program.listen((event) => {
      if (event.event === 'cycle.progress') moving();
      showReading(event, screen);
      if (event.event !== 'problem') return;
      problems += 1;
      if (problems >= problemsTolerated)
        over.abort(new DemoError(`The agent cannot work: ${String(event.message)}`, String(event.action)));
    });
    await finished;
    deaf();
    const finishedAt = performance.now();
    const sync = {
      readAfter: (committedAt - agent.startedAt) / 1000,
      provisionedAfter: (finishedAt - agent.startedAt) / 1000,
    };
    const after = `${seconds(sync.provisionedAfter)} after the agent's first look`;
    if (failed === 0) screen.done(`Everything is provisioned, ${after}`);
    else screen.warn(`Provisioned ${after}; ${count(failed, 'operation')} failed`);
    return { agent, sync };
  } finally {
    clearTimeout(patience);
    quiet();
  }
}

function showReading(event: LogEvent, screen: FirstSyncOptions['screen']): void {
  if (event.event === 'cycle.progress') {
    const detail = count(Number(event.records), 'record');
    screen.progress('Reading PowerSchool  ', Number(event.bucketsDone), Number(event.bucketsTotal), detail);
  }
  if (event.event === 'problem') screen.warn(`agent: ${String(event.message)}\n  → ${String(event.action)}`);
}

function showProvisioning(event: LogEvent, screen: FirstSyncOptions['screen']): void {
  if (event.event === 'run.planned' && Number(event.total) > 0) {
    screen.done(`The plan: ${describePlan(event.planned)}`);
  }
  if (event.event === 'run.progress') {
    const [done, total] = [Number(event.done), Number(event.total)];
    screen.progress('Provisioning         ', done, total, `${count(done)} of ${count(total, 'operation')}`);
  }
}

/** `3 new schools, 2,000 updated accounts` */
export function describePlan(planned: unknown): string {
  const kinds = Object.entries(planned as Record<string, number>);
  return kinds
    .map(([kind, operations]) => counted(operations, isOperationKind(kind) ? specOf(kind).noun : kind))
    .join(', ');
}

/** Only the noun gets a plural: "2 classes to put into their school". */
function counted(operations: number, words: string): string {
  const [, before = '', noun = words, after = ''] = /^((?:new |updated )?)(\w+)(.*)$/.exec(words) ?? [];
  const said = count(operations, noun).replace('persons', 'people');
  return `${said.replace(/(\S+)$/, `${before}$1`)}${after}`;
}

function failedRun(event: LogEvent): DemoError {
  return new DemoError(`The relay could not provision: ${String(event.message)}`, String(event.action ?? ''), [
    JSON.stringify(event),
  ]);
}
