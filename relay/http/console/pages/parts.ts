/** Pieces that pages about people and classes share. Each returns HTML. */
import { html } from 'ghtml';
import { advice, icon, time } from '../../../../shared/page/parts.ts';
import { inWords } from '../../../app/queries/causes.ts';
import type { Step } from '../../../explain/step.ts';
import type { PastOperation } from '../../../store/runs/journal.ts';
import type { OpenProblem } from '../../../store/runs/problems.ts';
import type { Look } from '../pieces/states.ts';

const marks: Record<Step['status'], Look> = {
  ok: { icon: 'ok', word: 'In order', look: 'is-working' },
  waiting: { icon: 'wait', word: 'Waits', look: 'is-busy' },
  stopped: { icon: 'error', word: 'Stops here', look: 'is-broken' },
};

/** The way from the row in PowerSchool to Graph, from top to bottom. */
export function pathOf(steps: readonly Step[]): string {
  return html`<ol class="path">!${steps.map(({ stage, status, fact, at, next }) => {
    const { icon: mark, word, look } = marks[status];
    return html`<li class="${look}"><p class="stage"><span class="${look}">!${icon(mark)}</span> <strong>${stage}</strong> <span class="state ${look}">${word}</span> <span class="fine">!${at === undefined ? 'no time kept' : time(Date.parse(at))}</span></p>
<p>${fact}</p>
!${next === undefined ? '' : html`<p class="action">!${icon('next')}<span>!${advice(next)}</span></p>`}</li>`;
  })}</ol>`;
}

export function problemList(problems: readonly OpenProblem[]): string {
  if (problems.length === 0) return '';
  const items = problems.map((problem) => {
    const { code, firstAt } = problem;
    const { message, action } = inWords(problem);
    return html`<li><p class="is-troubled">!${icon('warning')} ${message}</p><p class="action">!${icon('next')}<span>!${advice(action)}</span></p><p class="fine">since !${time(Date.parse(firstAt))} &middot; <code>${code}</code></p></li>`;
  });
  return html`<section class="panel"><div class="panel-head"><h2>Problems</h2></div><ul class="causes">!${items}</ul></section>`;
}

/** The last that Hallpass did in Microsoft 365, newest first. */
export function journalOf(operations: readonly PastOperation[]): string {
  if (operations.length === 0) return '';
  const rows = operations.map(
    ({ kind, state, at, reason, error }) =>
      html`<tr><td data-label="When">!${time(Date.parse(at))}</td><td data-label="What"><code>${kind}</code></td><td data-label="State">${state}</td><td data-label="Why">${error === undefined ? reason : `${reason}: ${error}`}</td></tr>`,
  );
  return html`<section class="panel"><div class="panel-head"><h2>What Hallpass did last</h2></div><div class="scroller" tabindex="0" role="region" aria-label="Last operations"><table class="cards">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">State</th><th scope="col">Why</th></tr></thead><tbody>!${rows}</tbody></table></div></section>`;
}

export function yesNo(is: boolean, word: string): string {
  return is
    ? html`<span class="is-working">!${icon('ok')}${word}</span>`
    : html`<span class="is-quiet">!${icon('none')}no</span>`;
}
