/** Plots over days. The numbers are in a table, which assets/client/plots.js draws, and which everybody can read instead. */
import { html } from 'ghtml';
import { numbers, table, texts } from './tables.ts';

export interface Series {
  name: string;
  /** For what is read out: `12 changes`. */
  unit: string;
  /** One for each day; null where nothing is known. */
  values: readonly (number | null)[];
}

/** @param id of the table, unique in the page @param days `2026-09-01`, in UTC */
export function plots(id: string, days: readonly string[], series: readonly Series[]): string {
  const figures = series.map(
    ({ name, unit }, index) =>
      html`<figure class="plot"><figcaption>${name}</figcaption><div class="plot-box" id="${id}-plot-${index + 1}" hx-morph-skip-children data-plot="${id}" data-column="${index + 1}" data-unit="${unit}" aria-hidden="true"></div></figure>`,
  );
  const columns = [...texts('Day'), ...numbers(...series.map(({ name }) => name))];
  const rows = days.map((day, at) => {
    const cells = series.map(({ values }) => {
      const value = values[at] ?? null;
      if (value === null) return '–';
      return html`<data value="${value}">${value.toLocaleString('en-US', { maximumFractionDigits: 1 })}</data>`;
    });
    return [day, ...cells];
  });
  return html`<div class="plots">!${figures}</div>
<details><summary>As a table</summary><div id="${id}">!${table('Table of days', columns, rows.toReversed())}</div></details>`;
}
