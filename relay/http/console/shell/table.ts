/** Tables of the console: in a panel, scrollable by themselves, with headings that ears hear; cards on a narrow screen. */
import { html } from 'ghtml';

export interface Column {
  heading: string;
  /** Numbers stand to the right; a column of buttons has a heading for ears only. */
  as?: 'number' | 'buttons';
}

export interface TableGiven {
  /** For ears: `Table of agents`. */
  label: string;
  /** Above the table. */
  heading?: string;
  columns: readonly Column[];
  /** HTML of each cell; the first one names the row. */
  rows: readonly (readonly string[])[];
  /** HTML beside the heading, and below the table. */
  beside?: string;
  below?: string;
}

export function tablePanel({ label, heading, columns, rows, beside = '', below = '' }: TableGiven): string {
  const head = heading === undefined ? '' : html`<h2>${heading}</h2>`;
  return html`<section class="panel">!${head + beside === '' ? '' : html`<div class="panel-head">!${head}!${beside}</div>`}
<div class="scroller" tabindex="0" role="region" aria-label="${label}"><table class="cards">
<thead><tr>!${columns.map(headOf)}</tr></thead>
<tbody>!${rows.map((cells) => html`<tr>!${cells.map((cell, at) => cellOf(cell, columns[at], at === 0))}</tr>`)}</tbody>
</table></div>!${below}</section>`;
}

function headOf({ heading, as }: Column): string {
  if (as === 'buttons') return html`<th scope="col"><span class="hint">${heading}</span></th>`;
  return as === 'number' ? html`<th scope="col" class="number">${heading}</th>` : html`<th scope="col">${heading}</th>`;
}

function cellOf(content: string, column: Column | undefined, isFirst: boolean): string {
  if (isFirst) return html`<th scope="row">!${content}</th>`;
  if (column === undefined || column.as === 'buttons') return html`<td>!${content}</td>`;
  return html`<td class="${column.as ?? ''}" data-label="${column.heading}">!${content}</td>`;
}

/** A panel of an empty page: what to do first. @param content HTML */
export function emptyPanel(content: string): string {
  return html`<section class="panel"><p class="lead">!${content}</p></section>`;
}
