/** Tables of the console: scrollable by themselves, with headings that ears hear; cards on a narrow screen. And moments in them. */
import { html } from 'ghtml';
import { time } from '../../../../shared/page/parts.ts';

export interface Column {
  heading: string;
  /** Numbers stand to the right; a column of buttons or links has a heading for ears only. */
  as?: 'number' | 'buttons';
}

/** HTML of each cell; the first one names the row. */
export type Row = readonly string[];

/** @param names of columns of texts */
export function texts(...names: string[]): Column[] {
  return names.map((heading) => ({ heading }));
}

export function numbers(...names: string[]): Column[] {
  return names.map((heading) => ({ heading, as: 'number' }));
}

/** @param label for ears: `Table of agents` */
export function table(label: string, columns: readonly Column[], rows: readonly Row[]): string {
  return html`<div class="scroller" tabindex="0" role="region" aria-label="${label}"><table class="cards">
<thead><tr>!${columns.map(headOf)}</tr></thead>
<tbody>!${rows.map((cells) => html`<tr>!${cells.map((cell, at) => cellOf(cell, columns[at], at === 0))}</tr>`)}</tbody>
</table></div>`;
}

export interface TableGiven {
  label: string;
  /** Above the table. */
  heading?: string;
  columns: readonly Column[];
  rows: readonly Row[];
  /** HTML beside the heading, and below the table. */
  beside?: string;
  below?: string;
}

export function tablePanel({ label, heading, columns, rows, beside = '', below = '' }: TableGiven): string {
  const head = heading === undefined ? '' : html`<h2>${heading}</h2>`;
  return html`<section class="panel">!${head + beside === '' ? '' : html`<div class="panel-head">!${head}!${beside}</div>`}
!${table(label, columns, rows)}!${below}</section>`;
}

function headOf({ heading, as }: Column): string {
  if (as === 'buttons') return html`<th scope="col"><span class="hint">${heading}</span></th>`;
  return as === 'number' ? html`<th scope="col" class="number">${heading}</th>` : html`<th scope="col">${heading}</th>`;
}

function cellOf(content: string, column: Column | undefined, isFirst: boolean): string {
  if (isFirst) return html`<th scope="row">!${content}</th>`;
  if (column === undefined || column.as === 'buttons') return html`<td>!${content}</td>`;
  const { heading, as } = column;
  return as === 'number'
    ? html`<td class="number!${content === '0' ? ' zero' : ''}" data-label="${heading}">!${content}</td>`
    : html`<td data-label="${heading}">!${content}</td>`;
}

/** A panel of an empty page: what to do first. @param content HTML */
export function emptyPanel(content: string): string {
  return html`<section class="panel"><p class="lead">!${content}</p></section>`;
}

/** @param at ISO 8601 */
export function moment(at: string | null, as: 'ago' | 'due' = 'ago'): string {
  return at === null ? '' : time(Date.parse(at), as);
}

/** @param at ISO 8601 */
export function momentOrNever(at: string | null): string {
  return moment(at) || 'never';
}
