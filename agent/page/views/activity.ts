/** What the agent did in the last day: a plot, a summary in words, and the last cycles. */
import { html } from 'ghtml';
import { count, counted, duration, type IconName, icon, time } from '../../../shared/page/parts.ts';
import { lastDay, type PastCycle } from '../history.ts';
import type { Model } from '../model.ts';

export function summaryBlock({ history, now, state }: Model): string {
  const { checks, failures, records, deletes } = lastDay(history, now);
  if (checks === 0) {
    if (state.cycle.running !== undefined) return html`<p>The first check is in progress.</p>`;
    const when = state.working ? 'as soon as the relay is connected' : 'when the agent is set up and running';
    return html`<p>No check yet. The first one begins ${when}.</p>`;
  }
  const failed = failures === 0 ? 'none failed' : `${count(failures)} failed`;
  return html`<p>${counted(checks, 'check')}, ${failed}; ${counted(records, 'record')} and ${counted(deletes, 'deletion')} sent.</p>`;
}

/** Few enough to read beside the plot; the file holds more. */
const shownCycles = 9;

export function cyclesBlock({ history }: Model): string {
  if (history.cycles.length === 0) return html`<tr><td colspan="5">Cycles appear here as they end.</td></tr>`;
  return html`!${history.cycles.slice(0, shownCycles).map(
    (cycle) => html`<tr>
      <td>!${time(cycle.at)}</td>
      <td>!${resultOf(cycle)}</td>
      <td class="number">${count(cycle.records)}</td>
      <td class="number">${count(cycle.deletes)}</td>
      <td class="number">${duration(cycle.seconds)}</td>
    </tr>`,
  )}`;
}

const results: Record<PastCycle['outcome'], { icon: IconName; word: string; style: string }> = {
  unchanged: { icon: 'ok', word: 'nothing new', style: 'is-quiet' },
  changed: { icon: 'ok', word: 'sent', style: 'is-working' },
  failed: { icon: 'error', word: 'failed', style: 'is-broken' },
  interrupted: { icon: 'none', word: 'interrupted', style: 'is-quiet' },
};

function resultOf({ outcome, held, code, records, deletes }: PastCycle): string {
  const { icon: name, style } = results[outcome];
  const word = outcome === 'changed' && records + deletes === 0 ? 'nothing sent' : results[outcome].word;
  const left = held > 0 && outcome !== 'failed';
  const why =
    code === undefined || outcome === 'interrupted'
      ? ''
      : html` <code>!${code
          .split('_')
          .map((part) => html`${part}`)
          .join('_<wbr>')}</code>`;
  // Kept short: the column has room for little beside a code.
  if (left) return html`<span class="is-troubled">!${icon('warning')} ${word}, ${count(held)} stale</span>!${why}`;
  return html`<span class="${style}">!${icon(name)} ${word}</span>!${why}`;
}
