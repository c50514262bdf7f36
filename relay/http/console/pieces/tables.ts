/** Tables that scroll by themselves where a screen is narrow. */
import { html } from 'ghtml';
import { time } from '../../../../shared/page/parts.ts';

export interface Column {
  heading: string;
  isNumber?: true;
}

/** @param what for people who cannot see it: `Table of runs` @param rows HTML of each row, `<tr>` included @param look `cards`: rows become cards on a narrow screen, where each cell says its `data-label` */
export function table(
  what: string,
  columns: readonly Column[],
  rows: readonly string[],
  look: 'cards' | '' = '',
): string {
  const headings = columns.map(
    ({ heading, isNumber }) => html`<th scope="col" class="${isNumber === true ? 'number' : ''}">${heading}</th>`,
  );
  return html`<div class="scroller" tabindex="0" role="region" aria-label="${what}"><table class="${look}"><thead><tr>!${headings}</tr></thead><tbody>!${rows}</tbody></table></div>`;
}

/** @param at ISO 8601 */
export function moment(at: string | null, as: 'ago' | 'due' = 'ago'): string {
  return at === null ? '' : time(Date.parse(at), as);
}

/** @param at ISO 8601 */
export function momentOrNever(at: string | null): string {
  return moment(at) || 'never';
}
