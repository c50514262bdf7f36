/** The buckets: schools by kinds, with counts and state. */
import { html } from 'ghtml';
import { count, counted, type IconName, icon } from '../../../shared/page/parts.ts';
import { type BucketState, type Cell, type SchoolRow, schoolKinds } from '../buckets.ts';
import type { Model } from '../model.ts';
import { kindName } from './leaving.ts';

const looks: Record<BucketState, { icon: IconName; style: string }> = {
  'in step': { icon: 'ok', style: 'is-working' },
  comparing: { icon: 'busy', style: 'is-busy' },
  stale: { icon: 'warning', style: 'is-troubled' },
  unknown: { icon: 'none', style: 'is-quiet' },
};

export function bucketSummaryBlock({ matrix }: Model): string {
  const { rows, states } = matrix;
  if (rows.length === 0 && matrix.schools === undefined) {
    return html`<p>Nothing has been read yet. After the first reading, every school appears here with its counts.</p>`;
  }
  const legend = (Object.keys(looks) as BucketState[]).filter((state) => states[state] > 0);
  const schools = matrix.schools === undefined ? '' : html`<li>${counted(matrix.totals.school, 'school')}</li>`;
  return html`<p class="note">Each school has one list of each kind of record; the list of schools itself is one more.</p><ul class="legend">!${legend.map(
    (state) =>
      html`<li>!${mark(state)} ${counted(states[state], 'list')} ${state === 'unknown' ? 'not compared since the start' : state}</li>`,
  )}!${schools}</ul>
  !${states.stale === 0 ? '' : html`<p class="note">Stale: the list could not be read completely, or its deletions wait for the rest of their kind. The relay keeps its records; nothing is deleted.</p>`}`;
}

export function bucketRowsBlock({ matrix }: Model): string {
  return html`!${matrix.rows.map(rowOf)}`;
}

export function bucketTotalsBlock({ matrix }: Model): string {
  return html`<tr><th scope="row">All schools</th><td></td>!${schoolKinds.map((kind) => html`<td class="number">${count(matrix.totals[kind])}</td>`)}</tr>`;
}

export const bucketHead = html`<tr><th scope="col">School</th><th scope="col">Id</th>!${schoolKinds.map((kind) => html`<th scope="col" class="number">${kindName(kind)}</th>`)}</tr>`;

function rowOf({ schoolId, name, cells, state }: SchoolRow): string {
  return html`<tr data-find="${`${name ?? ''} ${schoolId}`.toLowerCase()}"!${state === 'in step' ? '' : ' data-open'}><th scope="row">${name ?? 'School'}</th><td><code class="id">${schoolId}</code></td>!${schoolKinds.map((kind) => cellOf(cells[kind]))}</tr>`;
}

/** A list in step needs a mark only for screen readers: 900 visible marks would hide the one that matters. */
function cellOf(cell: Cell | undefined): string {
  if (cell === undefined) return html`<td class="number"><span class="hint">none</span></td>`;
  const { records, state } = cell;
  if (state === 'in step') return html`<td class="number">${count(records)}<span class="hint"> in step</span></td>`;
  return html`<td class="number !${looks[state].style}">!${icon(looks[state].icon)}<span class="hint"> ${state} </span>${count(records)}</td>`;
}

function mark(state: BucketState): string {
  return html`<span class="${looks[state].style}">!${icon(looks[state].icon)}</span>`;
}
