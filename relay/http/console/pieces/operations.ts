/** Planned operations: who and what, why, and the values before and after. */
import { html } from 'ghtml';
import { counted, icon } from '../../../../shared/page/parts.ts';
import type { ToldPlanned } from '../../../app/queries/preview.ts';
import { table, texts } from './tables.ts';

export function operationTable(told: readonly ToldPlanned[]): string {
  const rows = told.map(({ operation: { kind, key, reason, held, schoolId }, sentence, changes, school }) => {
    const values = changes.map((one) => html`<li><code>${one}</code></li>`);
    const shown =
      values.length > 4
        ? html`<details><summary>${counted(values.length, 'value')}</summary><ul>!${values}</ul></details>`
        : html`<ul>!${values}</ul>`;
    const mark = held ? html`<p class="is-paused">!${icon('wait')} Held</p>` : '';
    const what = html`${sentence}<p class="id">${kind} <code>${key}</code></p>!${mark}`;
    return [what, values.length === 0 ? '' : shown, html`${reason}`, html`${school ?? schoolId}`];
  });
  return table('Table of planned operations', texts('Operation', 'Before and after', 'Why', 'School'), rows);
}
