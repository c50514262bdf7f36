/** Lines of the log. */
import { html } from 'ghtml';
import { time } from '../../../shared/page/parts.ts';
import type { LogLine } from '../log-tail.ts';

export function linesOf(lines: readonly LogLine[]): string {
  return html`!${lines.map(
    ({ at, level, text }) =>
      html`<li class="level-${level}">!${time(at, 'stamp')} <span class="level">${level}</span> <span class="text">${text}</span></li>`,
  )}`;
}
