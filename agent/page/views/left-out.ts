/** The PowerSchool rows that cannot become records, each with the page on which it is corrected. */
import { html } from 'ghtml';
import { complaintOf, pageOf, tableOf } from '../../../plugin/where-to-fix.ts';
import type { LeftOutRow } from '../../../shared/left-out.ts';
import { counted } from '../../../shared/page/parts.ts';
import type { Model } from '../model.ts';
import type { SchoolName } from '../school-names.ts';

/** Nobody corrects more than this many from a list; the relay and the command list more. */
const mostShown = 50;

export function leftOutBlock({ state, names }: Model): string {
  const { count = 0, rows = [] } = state.leftOut ?? {};
  if (count === 0) return '';
  const shown = rows.slice(0, mostShown);
  const rest = count > shown.length ? html`<p class="fine">and ${counted(count - shown.length, 'other row')}</p>` : '';
  return html`<p class="note">Left out: ${counted(count, 'row')} cannot become a record. The relay keeps its last good records of them; nothing is deleted. Correct them in PowerSchool:</p>
  <ul class="left-out">!${shown.map((row) => html`<li>!${lineOf(row, names)}</li>`)}</ul>!${rest}`;
}

function lineOf(row: LeftOutRow, names: ReadonlyMap<string, SchoolName>): string {
  const school = row.kind === 'school' ? '' : `, ${names.get(row.schoolId)?.name ?? `school ${row.schoolId}`}`;
  const which = `${tableOf(row.kind)} ${row.id || 'without a DCID'}${school}`;
  return html`<strong>${which}</strong>: ${complaintOf(row)}. <span class="fine">${pageOf(row.kind, row.field)}</span>`;
}
