/** Tables for spreadsheets: CSV as in RFC 4180, every cell quoted. */
import { printable } from '../../shared/printable.ts';

/**
 * Spreadsheets execute a cell that begins like a formula, and rosters contain what students typed somewhere. An
 * apostrophe in front makes it text (https://owasp.org/www-community/attacks/CSV_Injection). Full-width signs count,
 * too, and so do signs after invisible characters, which some programs drop.
 */
const formula = /^[\s\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** One line with its line end; the caller decides the columns. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Makes spreadsheets read a file as UTF-8. */
export const csvStart = '\uFEFF';

function csvCell(value: string): string {
  const safe = formula.test(value) ? `'${value}` : value;
  // Characters that a terminal acts on could also reverse or end the text of a cell.
  return `"${printable(safe).replaceAll('"', '""')}"`;
}
