/** How far is this run, and what did it do? */
import { html } from 'ghtml';
import { z } from 'zod';
import { copyable, count, counted, duration, icon } from '../../../../shared/page/parts.ts';
import { ask } from '../../../app/perform.ts';
import {
  type KindProgress,
  oneRunNow,
  type ShownRun,
  type Told,
  type ToldOperation,
} from '../../../app/queries/one-run.ts';
import { operationKind } from '../../../app/queries/plan.ts';
import type { Turn, Waiting } from '../../../app/queries/waiting.ts';
import { stateOf } from '../pieces/states.ts';
import { moment, numbers, type Row, table, texts } from '../pieces/tables.ts';
import { withQuery } from '../shell/addresses.ts';
import { consoleBase } from '../shell/document.ts';
import { districtPage } from '../shell/page.ts';

const atOnce = 50;

const query = z.strictObject({
  show: z.enum(['all', 'failed']).default('all'),
  kind: operationKind.optional(),
  after: z.coerce.number<string>().int().nonnegative().optional(),
});

interface Place {
  /** Path of this page. */
  base: string;
  show: 'all' | 'failed';
  kind: string | undefined;
  after: number | undefined;
}

type Answer = ShownRun & { place: Place };

export const runPage = districtPage({
  path: '/runs/:number',
  needs: 'runs',
  title: ({ run }: Answer) => `Run ${run.number}`,
  effort: 'short',
  refreshSeconds: ({ run }: Answer) => (run.finishedAt === null ? 3 : undefined),
  query,
  async load({ app, actor, tenant, params }, { show, kind, after }) {
    const wanted = { failed: show === 'failed', kind, after, limit: atOnce };
    const shown = await ask(app, actor, { question: 'runs', tenant }, (scope) =>
      oneRunNow(scope, params.number ?? '', wanted),
    );
    const base = `${consoleBase}/districts/${tenant.slug}/runs/${shown.run.number}`;
    return { ...shown, place: { base, show, kind, after } };
  },
  render: (shown: Answer) => html`<h1>${verdictOf(shown)}</h1>
!${factsOf(shown)}
!${shown.turn === null ? '' : rateOf(shown.turn, shown.writesPerSecond)}
!${kindsPanel(shown.kinds, shown.place)}
!${shown.waiting.length === 0 ? '' : waitingPanel(shown.waiting, shown.run.waiting)}
!${operationsPanel(shown.operations, shown.next, shown.place)}`,
  async table({ ask: long, tenant, params }, { show, kind }) {
    const number = params.number ?? '';
    const failed = show === 'failed' ? 'true' : undefined;
    const csv = await long.csv({
      effort: 'short',
      path: 'runs/{number}',
      params: { number },
      tenant,
      query: { failed, kind },
    });
    return { name: `run-${/^\d+$/.test(number) ? number : 'operations'}`, csv };
  },
});

function verdictOf({ run, kinds }: ShownRun): string {
  const { number, state, done, failed, held, waiting, error } = run;
  const planned = kinds.reduce((sum, one) => sum + one.planned, 0);
  if (run.finishedAt === null)
    return `Run ${number} is in progress: ${count(done)} of ${counted(planned, 'operation')} done.`;
  if (state === 'preview') return `Run ${number} was a preview of ${counted(planned, 'operation')}, and wrote nothing.`;
  if (error !== null)
    return `Run ${number} failed${error.step === null ? '' : ` while ${error.step}`}: ${error.message}`;
  if (planned === 0) return `Run ${number} had nothing to do.`;
  const open = [
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(held > 0 ? [`${count(held)} held`] : []),
    ...(waiting > 0 ? [`${count(waiting)} waiting`] : []),
  ];
  return open.length === 0
    ? `Run ${number} did everything: ${counted(done, 'operation')}.`
    : `Run ${number} did ${counted(done, 'operation')}; ${open.join(', ')}.`;
}

function factsOf({ run }: ShownRun): string {
  const { state, profile, person, startedAt, finishedAt, held, waiting, problems, error } = run;
  const took = finishedAt === null ? '' : duration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  const ended = html`<dt>Took</dt><dd>${took}, ended !${moment(finishedAt)}</dd>
<dt>Held</dt><dd>${count(held)}</dd><dt>Left waiting</dt><dd>${count(waiting)}</dd><dt>Problems at its end</dt><dd>${count(problems)}</dd>`;
  return html`<section class="panel"><dl class="facts">
<dt>State</dt><dd>!${stateOf('run', state)}</dd><dt>Profile</dt><dd>${profile}</dd>!${person === null ? '' : html`<dt>For</dt><dd>${person} alone</dd>`}<dt>Began</dt><dd>!${moment(startedAt)}</dd>
!${finishedAt === null ? '' : ended}
</dl>!${error?.action == null ? '' : html`<p class="action">!${icon('next')} ${error.action}</p>`}</section>`;
}

const waitWords: Readonly<Record<keyof Turn['waiting'], string>> = {
  needs: 'for another operation that they need',
  lane: 'for another change of the same group or account',
  moment: 'for a moment',
  turn: 'for their turn',
  answer: 'for an answer from Microsoft 365',
  plan: 'to be planned again',
  time: 'set aside until a time',
};

function rateOf({ left, perMinute, minutesLeft, waiting }: Turn, most: number): string {
  const rate = perMinute === null ? 'Not measured yet' : `${(perMinute / 60).toFixed(1)} operations a second`;
  const why = Object.entries(waitWords).flatMap(([state, words]) => {
    const number = waiting[state as keyof Turn['waiting']] ?? 0;
    return number === 0 ? [] : [html`<li>${count(number)} ${words}</li>`];
  });
  return html`<section class="panel"><div class="panel-head"><h2>How fast</h2></div><dl class="facts">
<dt>Rate</dt><dd>${rate}; Graph accepts ${most} writes a second of one Microsoft 365 tenant</dd>
<dt>Left</dt><dd>${counted(left, 'operation')}</dd>
<dt>Estimated end</dt><dd>${minutesLeft === null ? 'Not known yet' : `in about ${counted(minutesLeft, 'minute')}, at this rate`}</dd>
!${why.length === 0 ? '' : html`<dt>They wait</dt><dd><ul>!${why}</ul></dd>`}
</dl><p class="note">Of all runs of the district that are under way.</p></section>`;
}

function kindsPanel(kinds: readonly KindProgress[], { base, show, kind: chosen }: Place): string {
  if (kinds.length === 0) return '';
  const columns = [...texts('Kind', 'Progress'), ...numbers('Planned', 'Done', 'Failed', 'Open')];
  const rows = kinds.map(({ kind, noun, planned, done, failed, open }) => {
    const href = withQuery(base, { show: show === 'all' ? undefined : show, kind });
    const name =
      kind === chosen ? html`<a href="${href}" aria-current="true">${noun}</a>` : html`<a href="${href}">${noun}</a>`;
    const bar = html`<progress max="${planned}" value="${done + failed}" aria-label="${noun}: ${done + failed} of ${planned}"></progress>`;
    return [name, bar, ...[planned, done, failed, open].map(count)];
  });
  return html`<section class="panel"><div class="panel-head"><h2>By kind of operation</h2></div>!${table('Progress by kind of operation', columns, rows)}</section>`;
}

function waitingPanel(waiting: readonly Told<Waiting>[], all: number): string {
  const rows = waiting.map(({ operation, sentence }) => [
    html`${sentence}`,
    html`${operation.because}`,
    moment(operation.until, 'due'),
  ]);
  const more = all > waiting.length ? html`<p class="note">The first ${waiting.length} of ${count(all)}.</p>` : '';
  return html`<section class="panel"><div class="panel-head"><h2>What waits for what</h2></div>!${table('Table of waiting operations', texts('Operation', 'Waits', 'Goes on'), rows)}!${more}</section>`;
}

function operationsPanel(operations: readonly ToldOperation[], next: number | null, place: Place): string {
  const { base, show, kind, after } = place;
  const filter = { show: show === 'all' ? undefined : show, kind };
  const choice = (name: string, value: 'all' | 'failed') => {
    const href = withQuery(base, { show: value === 'all' ? undefined : value, kind });
    return show === value
      ? html`<a href="${href}" aria-current="true">${name}</a>`
      : html`<a href="${href}">${name}</a>`;
  };
  const links = [
    choice('All', 'all'),
    choice('Not done', 'failed'),
    ...(kind === undefined ? [] : [html`<a href="${withQuery(base, { show: filter.show })}">Every kind</a>`]),
    html`<a href="${withQuery(`${base}.csv`, filter)}" download>Download CSV</a>`,
  ];
  const columns = texts('Operation', 'State', 'Why', 'When');
  const list =
    operations.length === 0
      ? html`<p class="empty">${emptyWords(place)}</p>`
      : table('Table of operations', columns, operations.map(operationRow));
  const more = [
    ...(after === undefined ? [] : [html`<a href="${withQuery(base, filter)}">First operations</a>`]),
    ...(next === null
      ? []
      : [html`<a rel="next" href="${withQuery(base, { ...filter, after: next })}">Next operations</a>`]),
  ];
  return html`<section class="panel"><div class="panel-head"><h2>Operations</h2><p class="pager">!${links}</p></div>!${list}!${more.length === 0 ? '' : html`<p class="pager">!${more}</p>`}</section>`;
}

function emptyWords({ show, kind, after }: Place): string {
  if (after !== undefined) return 'That was all.';
  if (show === 'failed') return 'Everything that was sent is done.';
  return kind === undefined ? 'Nothing has been sent.' : 'Nothing of this kind has been sent.';
}

function operationRow({ operation, sentence, changes }: ToldOperation): Row {
  const { kind, key, state, reason, at, error } = operation;
  const details =
    changes.length === 0
      ? ''
      : html`<details><summary>${counted(changes.length, 'value')}</summary><ul>!${changes.map((one) => html`<li><code>${one}</code></li>`)}</ul></details>`;
  const requestId =
    error?.requestId == null
      ? ''
      : html`<p class="id">Graph request !${copyable(error.requestId, 'the request id')}</p>`;
  const answer = error === null ? '' : html`<p>${error.code}: ${error.message}</p>!${requestId}`;
  const what = html`${sentence}<p class="id">${kind} <code>${key}</code></p>!${details}`;
  return [what, stateOf('operation', state), html`${reason}!${answer}`, moment(at)];
}
