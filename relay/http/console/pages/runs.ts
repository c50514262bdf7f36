/** What did the runs do? The newest first, and the one under way. */
import { html } from 'ghtml';
import { z } from 'zod';
import { count, counted, duration } from '../../../../shared/page/parts.ts';
import { ask } from '../../../app/perform.ts';
import { runsNow } from '../../../app/queries/runs.ts';
import { stateOf } from '../pieces/states.ts';
import { moment, numbers, type Row, table, texts } from '../pieces/tables.ts';
import { withQuery } from '../shell/addresses.ts';
import { consoleBase } from '../shell/document.ts';
import { districtPage } from '../shell/page.ts';

const atOnce = 50;

type Runs = Awaited<ReturnType<typeof runsNow>>;
type Run = Runs['runs'][number];

export const runsPage = districtPage({
  path: '/runs',
  needs: 'runs',
  nav: 'Runs',
  title: 'Runs',
  effort: 'short',
  refreshSeconds: 5,
  query: z.strictObject({
    before: z.coerce.number<string>().int().positive().optional(),
    profile: z.string().optional(),
  }),
  async load({ app, actor, tenant, nowMs }, { before, profile }) {
    const wanted = { before, profile, limit: atOnce + 1 };
    const { runs, turn } = await ask(app, actor, { question: 'runs', tenant }, (scope) => runsNow(scope, wanted));
    const base = `${consoleBase}/districts/${tenant.slug}/runs`;
    return { base, runs: runs.slice(0, atOnce), turn, before, profile, hasMore: runs.length > atOnce, nowMs };
  },
  render: ({
    base,
    runs,
    turn,
    before,
    profile,
    hasMore,
    nowMs,
  }) => html`<h1>${verdictOf(runs, turn, before, nowMs)}</h1>
!${runs.length === 0 ? nothingYet(before) : html`<section class="panel">!${runsTable(base, runs)}</section>`}
!${pager(base, { runs, before, profile, hasMore })}`,
});

function verdictOf(runs: readonly Run[], turn: Runs['turn'], before: number | undefined, nowMs: number): string {
  const [newest] = runs;
  if (before !== undefined) return newest === undefined ? 'There are no earlier runs.' : `Runs up to ${newest.number}.`;
  if (newest === undefined) return 'Nothing has run yet.';
  if (newest.finishedAt === null) return `A run is in progress${turnWords(turn)}.`;
  const when = agoWords(nowMs - Date.parse(newest.finishedAt));
  switch (newest.state) {
    case 'success':
      return `The last run ended well, ${when}.`;
    case 'failed':
      return `The last run failed, ${when}: ${newest.error?.message ?? 'it did not finish.'}`;
    case 'preview':
      return `The last run was a preview, ${when}: it wrote nothing.`;
    case 'errors':
      return `The last run ended ${when}, with ${counted(newest.problems, 'problem')}.`;
    default:
      return `The last run was ended early, ${when}.`;
  }
}

export function turnWords(turn: Runs['turn']): string {
  if (turn === null) return '';
  const left = `: ${counted(turn.left, 'operation')} left`;
  return turn.minutesLeft === null ? left : `${left}, about ${counted(turn.minutesLeft, 'minute')}`;
}

/** `12 seconds ago`, for a sentence. */
export function agoWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${counted(seconds, 'second')} ago`;
  if (seconds < 5400) return `${counted(Math.round(seconds / 60), 'minute')} ago`;
  if (seconds < 129_600) return `${counted(Math.round(seconds / 3600), 'hour')} ago`;
  return `${counted(Math.round(seconds / 86_400), 'day')} ago`;
}

export function runsTable(base: string, runs: readonly Run[]): string {
  const columns = [
    ...texts('Run', 'State', 'Profile', 'Began'),
    ...numbers('Took', 'Done', 'Failed', 'Held', 'Waiting', 'Problems'),
  ];
  return table(
    'Table of runs',
    columns,
    runs.map((run) => rowOf(base, run)),
  );
}

function rowOf(base: string, run: Run): Row {
  const { number, state, profile, person, startedAt, finishedAt, done, failed, held, waiting, problems } = run;
  const took = finishedAt === null ? '' : duration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  // What a run under way has done is counted on its own page.
  const numbers = finishedAt === null ? [] : [done, failed, held, waiting, problems];
  const cells = [took, ...Array.from({ length: 5 }, (_, at) => (numbers[at] === undefined ? '' : count(numbers[at])))];
  const link = html`<a href="${base}/${number}">Run ${number}</a>`;
  return [
    link,
    stateOf('run', state),
    html`${person === null ? profile : `${profile}, for ${person}`}`,
    moment(startedAt),
    ...cells,
  ];
}

function nothingYet(before: number | undefined): string {
  const what =
    before === undefined
      ? 'A run begins by itself as soon as an agent has sent a complete roster and the district has a profile that is not paused.'
      : 'Runs are kept for a time, and then forgotten.';
  return html`<section class="panel"><p class="lead">${what}</p></section>`;
}

function pager(
  base: string,
  {
    runs,
    before,
    profile,
    hasMore,
  }: { runs: readonly Run[]; before?: number | undefined; profile?: string | undefined; hasMore: boolean },
): string {
  const links = [
    ...(before === undefined ? [] : [html`<a href="${withQuery(base, { profile })}">Newest runs</a>`]),
    ...(hasMore
      ? [html`<a rel="next" href="${withQuery(base, { profile, before: runs.at(-1)?.number })}">Earlier runs</a>`]
      : []),
  ];
  return links.length === 0 ? '' : html`<p class="pager">!${links}</p>`;
}
